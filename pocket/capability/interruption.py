"""Ending a host call before its time, from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from pocket.capability.refusal import Refusal

_current: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


class Interruption:
    """Ends whatever the host calls of one worker wait for; once it has happened, it stays so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._happened = False
        self._end: Callable[[], object] | None = None

    def happen(self) -> None:
        """End what is waited for now, and all that would be waited for later."""
        with self._lock:
            self._happened = True
            if self._end is not None:
                with suppress(OSError):
                    self._end()

    @contextmanager
    def covering(self) -> Iterator[None]:
        """Hold for all that this thread waits for inside."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    def _begin(self, end: Callable[[], object] | None) -> None:
        with self._lock:
            self._end = end
            if self._happened and end is not None:
                self._end = None
                raise Refusal("unavailable", "the call was stopped")


@contextmanager
def interruptible(end: Callable[[], object]) -> Iterator[None]:
    """Let an interruption call `end`, which has to make what is waited for inside fail.

    Raises:
        Refusal: it has happened already.
    """
    interruption = _current.get()
    if interruption is None:
        yield
        return
    interruption._begin(end)  # noqa: SLF001
    try:
        yield
    finally:
        interruption._begin(None)  # noqa: SLF001
