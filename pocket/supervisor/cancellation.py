"""Stopping one call from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pocket.errors import CallTimeout


class Cancellation:
    """Lets another thread stop one call, whatever the call waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self._cancelled = False

    @contextmanager
    def covering(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have `stop` end what is waited for inside.

        Raises:
            CallTimeout: the call was cancelled before.
        """
        with self._lock:
            self.check()
            self._stop = stop
        try:
            yield
        finally:
            with self._lock:
                self._stop = None

    def check(self) -> None:
        """Let the call go on.

        Raises:
            CallTimeout: it was cancelled.
        """
        if self._cancelled:
            raise CallTimeout("the call was cancelled before it began")

    def cancel(self) -> None:
        """End the call if it is under way; keep it from beginning if it is not."""
        with self._lock:
            self._cancelled = True
            if self._stop is not None:
                self._stop()
