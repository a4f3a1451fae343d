"""What every peer can do."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns
from typing import ClassVar

NUMBERS = {"numbers": [3, 1, 4, 1, 5, 9, 2, 6]}
"""The input of every call."""
EXPECTED = {"sum": 31.0, "average": 3.875, "min": 1.0, "max": 9.0}


class Missing(Exception):
    """A peer cannot be had on this machine; the message says why."""


class Peer:
    """One way of answering a call, from a Python dict to a Python dict unless it says otherwise.

    Attributes:
        name: in tables and plots.
        how: where the work is done, and what crosses which border.
    """

    name: ClassVar[str]
    how: ClassVar[str]

    def __init__(self) -> None:
        """Make everything ready for calls.

        Raises:
            Missing: the peer is not to be had here.
        """
        raise NotImplementedError

    def sample(self, count: int) -> list[float]:
        """Time `count` calls, one after the other, each in microseconds."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of everything."""


def timed(call: Callable[[], object], count: int) -> list[float]:
    """Time each of `count` calls, in microseconds."""
    samples = []
    for _ in range(count):
        begun = perf_counter_ns()
        call()
        samples.append((perf_counter_ns() - begun) / 1000)
    return samples


def check(output: object) -> None:
    """Stop a benchmark that measures the wrong work."""
    if output != EXPECTED:
        raise AssertionError(f"the peer answers {output!r}")
