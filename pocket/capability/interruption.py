"""Ending what a thread waits for before its time, from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from pocket.capability.refusal import Refusal

T = TypeVar("T")

_current: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


class Interruption:
    """Ends whatever one thread waits for inside `covering`; once it has happened, it stays so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._happened = False
        self._end: Callable[[], object] | None = None

    @property
    def happened(self) -> bool:
        """Whether it has happened."""
        return self._happened

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

    def run(self, function: Callable[[], T]) -> T:
        """Hold for all that this thread waits for in a function."""
        with self.covering():
            return function()

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Let it call `end`, which has to make what is waited for inside fail.

        Raises:
            Refusal: it has happened already.
        """
        with self._lock:
            if self._happened:
                raise Refusal("unavailable", "the call was stopped")
            before, self._end = self._end, end
        try:
            yield
        finally:
            with self._lock:
                self._end = before


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
    with interruption.ending(end):
        yield


def interruption_here() -> Interruption | None:
    """Give what may end what this thread waits for, if anything may."""
    return _current.get()


def covered() -> bool:
    """Tell whether another thread may end what this one waits for."""
    return _current.get() is not None


def interrupted() -> bool:
    """Tell whether another thread wants this one to end what it does."""
    interruption = _current.get()
    return interruption is not None and interruption.happened
