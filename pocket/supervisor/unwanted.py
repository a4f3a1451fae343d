"""What is under way for a caller who may stop waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic

from pocket.capability.interruption import interrupted, interruptible
from pocket.capability.refusal import Refusal
from pocket.errors import CallTimeout


@contextmanager
def stoppable(end: Callable[[], object]) -> Iterator[None]:
    """Let an interruption of this thread call `end`; see `interruptible`.

    Raises:
        CallTimeout: it has happened already.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(interruptible(end))
        except Refusal as refusal:
            raise CallTimeout(refusal.message) from None
        yield


def unwanted(until: float) -> bool:
    """Tell whether this thread was interrupted, or it is later than `until` by `monotonic`."""
    return interrupted() or monotonic() >= until
