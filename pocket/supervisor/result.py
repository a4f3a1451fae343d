"""What a call gives back."""

from __future__ import annotations

from typing import NamedTuple

from pocket.document import JSON
from pocket.errors import PocketError


class Usage(NamedTuple):
    """What a call cost, measured by the worker around the guest's code alone."""

    wall_us: int = 0
    cpu_us: int = 0
    memory_bytes: int = 0
    """Size of the plugin's linear memory after the call."""
    fuel: int | None = None
    """Instructions used; None unless the plugin is metered."""


class Result(NamedTuple):
    """One call's output.

    With `return_errors=True` a failed call of `Plugin.map` comes back as a result whose `error`
    is set and whose `output` is None.
    """

    output: JSON
    next: str = "default"
    """The action that chooses the next node of a workflow."""
    usage: Usage = Usage()
    error: PocketError | None = None
