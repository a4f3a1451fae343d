"""Answering the portions of a batch, by one worker after the other or by several at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from pocket.capability.interruption import Interruption
from pocket.errors import PocketError
from pocket.supervisor.batch import Pace, Portion
from pocket.supervisor.limits import PORTIONS_AHEAD
from pocket.supervisor.result import Result

Answer = Callable[[Portion], list[Result]]
"""Answers requests of a portion from the first on: at least one, often all."""


def spread(
    answer: Answer, portions: Iterator[Portion], workers: int, pace: Pace
) -> Iterator[list[Result]]:
    """Answer portions in their order; those that follow are worked at meanwhile, if workers allow.

    Args:
        answer: called by several threads at once where there are several workers.
        portions: read as they are needed.
        workers: how many may be at it.
        pace: of the portions; follows what the answers say.
    """
    if workers == 1:
        for portion in portions:
            yield from _whole(portion, answer)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="pocket-map") as threads:
        under_way = deque[_Order]()
        try:
            for portion in portions:
                under_way.append(_Order(portion, answer, threads))
                if len(under_way) >= workers * PORTIONS_AHEAD:
                    yield from _first(under_way, pace)
            while under_way:
                yield from _first(under_way, pace)
        finally:
            for order in under_way:
                order.cancel()


def _first(under_way: deque[_Order], pace: Pace) -> Iterator[list[Result]]:
    """Give the answers to the portion that came first, which then is under way no more."""
    for answers in _whole(under_way[0].portion, under_way[0].answers):
        usages = [one.usage for one in answers if one.error is None]
        pace.follow(len(usages), sum(usage.wall_us for usage in usages))
        yield answers
    under_way.popleft()


def _whole(portion: Portion, answer: Callable[[Portion], list[Result]]) -> Iterator[list[Result]]:
    """Answer all of a portion, in as many turns as that takes."""
    while True:
        answers = answer(portion)
        yield answers
        if isinstance(portion, PocketError) or len(answers) == len(portion):
            return
        portion = portion[len(answers) :]


class _Order:
    """A portion that threads answer while others wait for it.

    Attributes:
        portion: all of it, or what is left of it.
    """

    def __init__(self, portion: Portion, answer: Answer, threads: ThreadPoolExecutor) -> None:
        self.portion = portion
        self._answer = answer
        self._threads = threads
        self._interruption = Interruption()
        self._future = self._submit()

    def answers(self, portion: Portion) -> list[Result]:
        """Wait for answers to the first requests of `portion`."""
        if portion is not self.portion:
            self.portion = portion
            self._future = self._submit()
        return self._future.result()

    def cancel(self) -> None:
        """Have nobody answer it any more."""
        if not self._future.cancel():
            self._interruption.happen()

    def _submit(self) -> Future[list[Result]]:
        answer = partial(self._answer, self.portion)
        return self._threads.submit(self._interruption.run, answer)
