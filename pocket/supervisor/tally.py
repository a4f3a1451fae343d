"""What became of the workers of a plugin, of all versions that a host has had of it."""

from __future__ import annotations

import threading


class Tally:
    """Counts, from any thread; nothing that a call does when all is well.

    Attributes:
        starts: workers that were started.
        deaths: workers that ended in a call.
        reaped: workers that were ended because they were idle.
        refusals: calls that were refused because too many waited.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Have counted nothing: at first, and in a forked child."""
        # Reentrant, as whoever counts may be interrupted by a signal whose handler calls a plugin.
        self._lock = threading.RLock()
        self.starts = self.deaths = self.reaped = self.refusals = 0

    def count(
        self, *, starts: int = 0, deaths: int = 0, reaped: int = 0, refusals: int = 0
    ) -> None:
        """Count some more."""
        with self._lock:
            self.starts += starts
            self.deaths += deaths
            self.reaped += reaped
            self.refusals += refusals
