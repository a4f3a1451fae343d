"""What a node may know about the run it is a step of."""

from __future__ import annotations

import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import inf
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from pocket.capability.interruption import covered, interrupted, interruptible
from pocket.capability.refusal import Refusal
from pocket.document import JSON
from pocket.errors import NodeTimeout

if TYPE_CHECKING:
    from pocket.workflow.tries import Tries

NO_LONGER_WANTED: Final = "it was stopped, because it is no longer wanted"

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
    kept: dict[str, Any] = field(default_factory=dict)
    """What a node keeps between its steps in this run, by the node's name."""
    attempts: int = 1
    """How many attempts the node that is running has begun."""
    tries: Tries | None = None
    """Which ones it may make; None where the file gives the node no `retry`."""
    deadline: float = inf
    """When the node has to be done, by `time.monotonic`."""
    render_until: float = 0.0
    """When the template that is being rendered has to be done, by `time.monotonic`."""

    def left_s(self) -> float:
        """Give the seconds until the deadline, 0 after it."""
        return max(0.0, self.deadline - time.monotonic())

    def may_try_again(self, asked_s: float = 0.0) -> bool:
        """Tell whether another attempt can follow this one.

        Args:
            asked_s: how long whoever failed asks to be left alone.
        """
        return self.tries is not None and self.tries.wait_s(asked_s) is not None

    def check_time(self) -> None:
        """Raise NodeTimeout after the deadline, or where the node is no longer wanted."""
        if time.monotonic() >= self.deadline:
            raise NodeTimeout("the time was over")
        if interrupted():
            raise NodeTimeout(NO_LONGER_WANTED)

    def pause(self, seconds: float) -> None:
        """Wait; Ctrl-C, the deadline and an interruption end it."""
        wanted_s = min(seconds, self.left_s())
        if covered():
            over = Event()
            with suppress(Refusal), interruptible(over.set):
                over.wait(wanted_s)
        else:
            time.sleep(wanted_s)
        self.check_time()


current_scope: ContextVar[Scope] = ContextVar("pocket_scope")
"""Set while a template renders, for its functions `node` and `input`."""
