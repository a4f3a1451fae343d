"""A thread that lives as long as its host, for whatever must not outlive the thread it came from.

A worker dies with the thread that spawned it (prctl(2), PR_SET_PDEATHSIG), so that no end of the
host can leave one behind; a call may come from any thread, and those end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pocket.errors import HostClosed

T = TypeVar("T")


class Spawner:
    """Runs functions on a lasting thread: the main one where that is the caller's, else its own."""

    def __init__(self) -> None:
        self._closed = False
        self.begin()

    def begin(self) -> None:
        """Have no thread: at first, and in a forked child."""
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def run(self, function: Callable[[], T]) -> T:
        """Run `function` on the lasting thread and wait for what it gives or raises.

        Raises:
            HostClosed
        """
        spawning = self._submit(function)
        return function() if spawning is None else spawning.result()

    def close(self) -> None:
        """End the thread, and with it every worker that still lives."""
        with self._lock:
            self._closed = True
        if self._thread is not None:
            self._thread.shutdown()

    def _submit(self, function: Callable[[], T]) -> Future[T] | None:
        with self._lock:
            if self._closed:
                raise HostClosed("the host is closed")
            if threading.current_thread() is threading.main_thread():
                return None
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="pocket-spawner")
            return self._thread.submit(function)
