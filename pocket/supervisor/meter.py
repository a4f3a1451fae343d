"""Counts how the calls and streams of one plugin ended, and how long they took."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import Final, TypeVar

from pocket.errors import PocketError

T = TypeVar("T")

BUCKETS_S: Final = (
    *(2.5e-6, 5e-6, 10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6),
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
"""Upper bounds of the durations that are counted together; what takes longer has one more place."""

ANSWERED: Final = "ok"
"""The outcome of a call that gave a result; any other is the `code` of its error."""

CLOSED: Final = "closed"
"""The outcome of a stream that its caller ended, by closing it or by failing to feed it."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What a meter has counted.

    Attributes:
        outcomes: calls by outcome, `ok` or the code of an error.
        durations: calls by the place of their duration in `BUCKETS_S`, and at the end those above.
        total_s: all durations together, in seconds.
        streams: streams by outcome, which is `closed` where the caller ended them.
        streams_s: all their durations together, in seconds.
        bytes_read: bytes of streams that plugins were given.
        bytes_written: bytes of streams that plugins gave.
    """

    outcomes: Mapping[str, int]
    durations: tuple[int, ...]
    total_s: float
    streams: Mapping[str, int]
    streams_s: float
    bytes_read: int
    bytes_written: int


class Meter:
    """Counts, from any thread."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Have counted nothing: at first, and in a forked child."""
        self._lock = threading.Lock()
        self._outcomes: Counter[str] = Counter()
        self._durations = [0] * (len(BUCKETS_S) + 1)
        self._total_s = 0.0
        self._streams: Counter[str] = Counter()
        self._streams_s = 0.0
        self._bytes_read = 0
        self._bytes_written = 0

    def count(self, outcome: str, took_s: float) -> None:
        """Count one call."""
        place = bisect_left(BUCKETS_S, took_s)
        with self._lock:
            self._outcomes[outcome] += 1
            self._durations[place] += 1
            self._total_s += took_s

    def feeding(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on what a stream's plugin is given, and count its bytes."""
        for chunk in chunks:
            with self._lock:
                self._bytes_read += len(chunk)
            yield chunk

    def reading(self, chunks: Generator[bytes, None, T]) -> Generator[bytes, None, T]:
        """Pass on what a stream's plugin gives, count its bytes, and at its end the stream."""
        outcome, began_s = CLOSED, perf_counter()
        try:
            with closing(chunks):
                while True:
                    chunk = next(chunks)
                    with self._lock:
                        self._bytes_written += len(chunk)
                    yield chunk
        except StopIteration as end:
            outcome = ANSWERED
            result: T = end.value
            return result
        except PocketError as error:
            outcome = error.code
            raise
        finally:
            with self._lock:
                self._streams[outcome] += 1
                self._streams_s += perf_counter() - began_s

    def read(self) -> Calls:
        """Give what was counted until now."""
        with self._lock:
            return Calls(
                dict(self._outcomes),
                tuple(self._durations),
                self._total_s,
                dict(self._streams),
                self._streams_s,
                self._bytes_read,
                self._bytes_written,
            )
