"""Several jobs at the same time, none of which outlives whoever wanted them.

The executors of `concurrent.futures` hang where Ctrl-C comes while they take a lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, NamedTuple

from pocket.capability.interruption import Interruption
from pocket.document import JSON

_LOOK_UP_S: Final = 0.05
"""Python sees a Ctrl-C that came just before a wait when the wait is over."""


class Ended(NamedTuple):
    """What came of a job."""

    job: int
    value: JSON
    error: BaseException | None


@contextmanager
def crew(jobs: Sequence[Callable[[], JSON]], threads: int) -> Iterator[Iterator[Ended]]:
    """Give what becomes of each job, in the order in which they end.

    On the way out no other job begins, and those that are under way are interrupted and waited for.

    Args:
        jobs: each runs in a thread, in a copy of this one's context.
        threads: how many of them run at the same time.
    """
    posts = [_Post(index, job) for index, job in enumerate(jobs)]
    waiting, ended = deque(posts), SimpleQueue[Ended]()

    def work() -> None:
        while waiting:
            try:
                post = waiting.popleft()
            except IndexError:
                return  # another thread was faster
            ended.put(post.run())

    workers = [Thread(target=work, name=f"pocket-task-{number}") for number in range(threads)]
    try:
        for worker in workers:
            worker.start()
        yield (_next(ended) for _ in posts)
    finally:
        waiting.clear()
        for post in posts:
            post.interruption.happen()
        for worker in workers:
            if worker.is_alive():
                worker.join()


def _next(ended: SimpleQueue[Ended]) -> Ended:
    while True:
        with suppress(Empty):
            return ended.get(timeout=_LOOK_UP_S)


@dataclass(frozen=True, slots=True)
class _Post:
    index: int
    job: Callable[[], JSON]
    interruption: Interruption = field(default_factory=Interruption)
    context: Context = field(default_factory=copy_context)

    def run(self) -> Ended:
        try:
            return Ended(self.index, self.context.run(self._covered), None)
        except BaseException as error:  # noqa: BLE001 - whoever wanted the job raises it
            return Ended(self.index, None, error)

    def _covered(self) -> JSON:
        with self.interruption.covering():
            return self.job()
