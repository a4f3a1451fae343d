"""What a node may know about the run it is a step of."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from pocket.document import JSON

MAX_RENDER_S: Final = 5.0
"""Longest time that a template may take; one that a person wrote takes far less than a second."""


@dataclass(slots=True)
class Scope:
    """The state of one run."""

    input: JSON
    """The run's input."""
    outputs: dict[str, JSON] = field(default_factory=dict)
    """The last output of every node that has run, by the node's name."""
    node: str = ""
    """The node that is running."""
    render_until: float = 0.0
    """When the template that is being rendered has to be done, by `time.monotonic`."""


current_scope: ContextVar[Scope] = ContextVar("pocket_scope")
"""Set while a template renders, for its functions `node` and `input`."""
