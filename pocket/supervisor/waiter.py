"""One thread that waits for a worker."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pocket.supervisor.replica import Replica


class Waiter:
    """Sleeps until it is woken; then it looks for itself what there is.

    Attributes:
        since: when it began to wait, on the clock of `time.monotonic`.
        handed: a replica that nobody else may take; None for most.
    """

    __slots__ = ("_asleep", "handed", "since")

    def __init__(self) -> None:
        self.since = monotonic()
        self.handed: Replica | None = None
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self, until: float) -> bool:
        """Sleep until `wake`, which may have come before; False where `until` came first."""
        left_s = max(0.0, until - monotonic())
        return self._asleep.acquire(timeout=min(left_s, threading.TIMEOUT_MAX))

    def wake(self) -> None:
        """End the sleep; under the lock of the pool, as it is not for two threads at once."""
        if self._asleep.locked():
            self._asleep.release()
