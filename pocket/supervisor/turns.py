"""The calls of asyncio: each needs a thread, and no plugin may take all of the host's."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from pocket.errors import HostClosed
from pocket.supervisor.pool import Pool
from pocket.supervisor.result import Result

RunInThread = Callable[[Callable[[], None]], object]


class Turn(NamedTuple):
    """A call, and where its result is awaited."""

    future: Future[Result]
    call: Callable[[], Result]


class Turns:
    """Gives threads to the calls of one plugin, to as many at once as it may have workers.

    Args:
        pool: has the workers; calls without a thread count among those that wait for them.
        run_in_thread: runs a function in a thread of the host.
    """

    def __init__(self, pool: Pool, run_in_thread: RunInThread) -> None:
        self._pool = pool
        self._run_in_thread = run_in_thread
        self._closed = False
        self.begin()

    def begin(self) -> None:
        """Have no calls: at first, and in a forked child."""
        self._lock = threading.Lock()
        self._line: deque[Turn] = deque()
        self._running = 0
        self._pool.line = self._line

    def submit(self, call: Callable[[], Result]) -> Turn:
        """Run a call as soon as it is its turn.

        Raises:
            PoolSaturated: too many wait already.
            HostClosed
        """
        turn = Turn(Future(), call)
        with self._lock:
            if self._closed:
                raise HostClosed("the host is closed")
            if self._running >= self._pool.replicas:
                self._pool.check_room()
                self._line.append(turn)
                return turn
            self._running += 1
            self._start(turn)
        return turn

    def withdraw(self, turn: Turn) -> bool:
        """Take a call back, and say whether that was possible: it must not have begun."""
        with self._lock, suppress(ValueError):
            self._line.remove(turn)
        return turn.future.cancel()

    def close(self) -> None:
        """Fail the calls that have not begun."""
        with self._lock:
            self._closed = True
            turns = list(self._line)
            self._line.clear()
        for future, _ in turns:
            if future.set_running_or_notify_cancel():
                future.set_exception(HostClosed("the host was closed before the call began"))

    def _run(self, turn: Turn) -> None:
        _settle(*turn)
        with self._lock:
            if self._line:
                # Handed to the threads anew: calls of other plugins may be waiting for this one.
                self._start(self._line.popleft())
            else:
                self._running -= 1

    def _start(self, turn: Turn) -> None:
        """Give a call a thread, under the lock: who closes ends the threads after `close`."""
        self._run_in_thread(partial(self._run, turn))


def _settle(future: Future[Result], call: Callable[[], Result]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001
        future.set_exception(error)
    finally:
        del future  # the error's traceback leads here, and must not lead back to itself
