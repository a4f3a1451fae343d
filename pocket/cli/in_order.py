"""Doing something for every line of a batch: one after the other, or several at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from functools import partial
from threading import Semaphore
from typing import Final, NoReturn, TypeVar

from pocket.capability.interruption import interrupted, interruptible
from pocket.nodes.crew import Crew, Ended

A = TypeVar("A")
B = TypeVar("B")

_AHEAD: Final = 4
"""Items for each thread: while a long one holds up those behind it, the threads have work."""


class _NoMore(Exception):
    """Stands behind the last item."""


def in_order(function: Callable[[A], B], items: Iterable[A], threads: int) -> Generator[B]:
    """Give what `function` gives for each item, in the order of the items, as soon as it is there.

    What is under way is interrupted where the iterator is closed, as by `contextlib.closing`.

    Args:
        function: called by several threads at once, if there are several.
        items: read as they are needed; with several threads, in one of their own. A wait for the
            next one has to heed an `Interruption`.
        threads: how many work at it.
    """
    if threads == 1:
        yield from map(function, items)
        return
    room = Semaphore(threads * _AHEAD)
    # The reader is the inner one, so that nothing is handed over to a crew that is leaving.
    with Crew[B](threads) as crew, Crew[None](1) as reader:
        reader.begin(partial(_hand_over, function, items, crew, room))
        early: dict[int, Ended[B]] = {}
        given = 0
        while True:
            try:
                yield _of(given, crew, early)
            except _NoMore:
                return
            room.release()
            given += 1


def _hand_over(
    function: Callable[[A], B], items: Iterable[A], crew: Crew[B], room: Semaphore
) -> None:
    """Begin a job for each item, and a last one that tells why there are no more."""
    ending: BaseException = _NoMore()
    try:
        for item in items:
            with interruptible(room.release):
                room.acquire()
            if interrupted():
                return
            crew.begin(partial(function, item))
    except BaseException as error:  # noqa: BLE001 - whoever wants the items raises it
        ending = error
    crew.begin(partial(_raise, ending))


def _raise(error: BaseException) -> NoReturn:
    raise error


def _of(number: int, crew: Crew[B], early: dict[int, Ended[B]]) -> B:
    """Wait for what comes of one job; keep what ends before it."""
    while number not in early:
        ended = crew.next_ended()
        early[ended.job] = ended
    return early.pop(number).outcome()
