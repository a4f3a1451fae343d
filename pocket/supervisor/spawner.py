"""A thread that lives as long as its host, for whatever must not outlive the thread it came from.

A worker dies with the thread that spawned it (prctl(2), PR_SET_PDEATHSIG), so that no end of the
host can leave one behind; a call may come from any thread, and those end.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Spawner:
    """Runs functions on a lasting thread: the main one where that is the caller's, else its own."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def run(self, function: Callable[[], T]) -> T:
        """Run `function` on the lasting thread and wait for what it gives or raises."""
        if threading.current_thread() is threading.main_thread():
            return function()
        with self._lock:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="pocket-spawner")
        return self._thread.submit(function).result()

    def close(self) -> None:
        """End the thread, and with it every worker that still lives."""
        if self._thread is not None:
            self._thread.shutdown()
