"""Several jobs at the same time, none of which outlives whoever wanted them.

The executors of `concurrent.futures` hang where Ctrl-C comes while they take a lock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Final, Generic, NamedTuple, Self, TypeVar, cast

from pocket.capability.interruption import Interruption

T = TypeVar("T")

_LOOK_UP_S: Final = 0.05
"""Python sees a Ctrl-C that came just before a wait when the wait is over."""


class Ended(NamedTuple, Generic[T]):
    """What came of a job: a value, or else an error."""

    job: int
    """Its number, from 0 on in the order in which jobs were handed over."""
    value: T | None
    error: BaseException | None

    def outcome(self) -> T:
        """Give the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return cast("T", self.value)


class Crew(Generic[T]):
    """Threads for jobs, in a `with` statement.

    On the way out no other job begins, and those that are under way are interrupted and waited for.

    Args:
        threads: how many jobs run at the same time.
    """

    def __init__(self, threads: int) -> None:
        self._most = threads
        self._threads: list[Thread] = []
        self._handed_over = 0
        self._under_way: dict[int, _Post[T]] = {}
        self._waiting: SimpleQueue[_Post[T] | None] = SimpleQueue()
        self._ended: SimpleQueue[Ended[T]] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for post in self._under_way.values():
            post.interruption.happen()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def begin(self, job: Callable[[], T]) -> None:
        """Hand a job over; it runs in a thread, in a copy of this one's context."""
        post = self._under_way[self._handed_over] = _Post(self._handed_over, job)
        self._handed_over += 1
        self._waiting.put(post)
        if len(self._threads) < self._most:
            name = f"pocket-task-{len(self._threads)}"
            self._threads.append(Thread(target=self._work, name=name))
            self._threads[-1].start()

    def next_ended(self) -> Ended[T]:
        """Wait for a job to end, any of those that were handed over."""
        while True:
            with suppress(Empty):
                ended = self._ended.get(timeout=_LOOK_UP_S)
                del self._under_way[ended.job]
                return ended

    def _work(self) -> None:
        while (post := self._waiting.get()) is not None:
            if not post.interruption.happened:
                self._ended.put(post.run())


@dataclass(frozen=True, slots=True)
class _Post(Generic[T]):
    number: int
    job: Callable[[], T]
    interruption: Interruption = field(default_factory=Interruption)
    context: Context = field(default_factory=copy_context)

    def run(self) -> Ended[T]:
        try:
            value = self.context.run(self.interruption.run, self.job)
        except BaseException as error:  # noqa: BLE001 - whoever wanted the job raises it
            return Ended(self.number, None, error)
        return Ended(self.number, value, None)
