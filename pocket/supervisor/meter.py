"""Counts how the calls of one plugin ended, and how long they took."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BUCKETS_S: Final = (
    *(2.5e-6, 5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6),
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
"""Upper bounds of the durations that are counted together; what takes longer has one more place."""

ANSWERED: Final = "ok"
"""The outcome of a call that gave a result; any other is the `code` of its error."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What a meter has counted.

    Attributes:
        outcomes: calls by outcome, `ok` or the code of an error.
        durations: calls by the place of their duration in `BUCKETS_S`, and at the end those above.
        total_s: all durations together, in seconds.
    """

    outcomes: Mapping[str, int]
    durations: tuple[int, ...]
    total_s: float


class Meter:
    """Counts, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outcomes: Counter[str] = Counter()
        self._durations = [0] * (len(BUCKETS_S) + 1)
        self._total_s = 0.0

    def count(self, outcome: str, took_s: float) -> None:
        """Count one call."""
        place = bisect_left(BUCKETS_S, took_s)
        with self._lock:
            self._outcomes[outcome] += 1
            self._durations[place] += 1
            self._total_s += took_s

    def read(self) -> Calls:
        """Give what was counted until now."""
        with self._lock:
            return Calls(dict(self._outcomes), tuple(self._durations), self._total_s)
