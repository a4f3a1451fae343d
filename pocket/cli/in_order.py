"""Doing something for every line of a batch: one after the other, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Final, TypeVar

from pocket.nodes.crew import Crew, Ended

A = TypeVar("A")
B = TypeVar("B")

_AHEAD: Final = 4
"""Items for each thread: while a long one holds up those behind it, the threads have work."""


def in_order(function: Callable[[A], B], items: Iterable[A], threads: int) -> Generator[B]:
    """Give what `function` gives for each item, in the order of the items.

    What is under way is interrupted where the iterator is closed, as by `contextlib.closing`.

    Args:
        function: called by several threads at once, if there are several.
        items: read as they are needed.
        threads: how many work at it.
    """
    if threads == 1:
        yield from map(function, items)
        return
    with Crew[B](threads) as crew:
        early: dict[int, Ended[B]] = {}
        begun = given = 0
        for item in items:
            crew.begin(partial(function, item))
            begun += 1
            if begun - given >= threads * _AHEAD:
                yield _of(given, crew, early)
                given += 1
        for number in range(given, begun):
            yield _of(number, crew, early)


def _of(number: int, crew: Crew[B], early: dict[int, Ended[B]]) -> B:
    """Wait for what comes of one job; keep what ends before it."""
    while number not in early:
        ended = crew.next_ended()
        early[ended.job] = ended
    return early.pop(number).outcome()
