"""Doing something for every line of a batch: one after the other, or several at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

A = TypeVar("A")
B = TypeVar("B")

_AHEAD: Final = 4
"""Items for each thread: while a long one holds up those behind it, the threads have work."""


def in_order(function: Callable[[A], B], items: Iterable[A], threads: int) -> Iterator[B]:
    """Give what `function` gives for each item, in the order of the items.

    Args:
        function: called by several threads at once, if there are several.
        items: read as they are needed.
        threads: how many work at it.
    """
    if threads == 1:
        yield from map(function, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads, thread_name_prefix="pocket-line")
    under_way: deque[Future[B]] = deque()
    try:
        for item in items:
            under_way.append(pool.submit(function, item))
            if len(under_way) >= threads * _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        # Ctrl-C must not wait for calls of plugins; those end when their host is closed.
        pool.shutdown(wait=False, cancel_futures=True)
