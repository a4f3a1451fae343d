"""The workers of one plugin, each lent to one call at a time.

A call takes the worker that was used last, so that others become idle for good when they are not
needed. Where all are lent another one is started, up to the pool's number; then calls wait.

Taking and giving back are one step each on a list, which needs no lock. Who finds the list empty
says so in the line of waiters first and looks at the list again then; who gives back looks at the
line after. So one of the two sees the other.

Ctrl-C may come between taking and giving back. The pool therefore knows what it has lent by weak
references only: what nobody holds any more is ended (`Process.__del__`), and its place is free.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from functools import partial
from math import inf
from time import monotonic
from typing import Final

from pocket.errors import CallTimeout, HostClosed, PoolSaturated
from pocket.supervisor.replica import Replica
from pocket.supervisor.starter import Starter
from pocket.supervisor.tally import Tally
from pocket.supervisor.unwanted import stoppable
from pocket.supervisor.waiter import Waiter
from pocket.supervisor.worker import Worker

PATIENCE_S: Final = 0.001
"""How often a worker is kept for the call that waits longest, which others would overtake. Waking
it takes as long as several short calls."""


class Pool:
    """Lends the workers of one plugin.

    Args:
        plugin: names the plugin in errors.
        start: starts a worker, by a time of `time.monotonic`; called by one thread at a time.
        started: is told that there is a worker more.
        replicas: most workers at once.
        queue: most calls that may wait for one.
        tally: counts what becomes of the workers.

    Attributes:
        line: calls that wait elsewhere, and count among those that wait.
        tally: that one.
    """

    def __init__(
        self,
        plugin: str,
        start: Callable[[float], Worker],
        started: Callable[[], None],
        *,
        replicas: int,
        queue: int,
        tally: Tally,
    ) -> None:
        self.replicas = replicas
        self.line: Sized = ()
        self.tally = tally
        self._plugin = plugin
        self._start = start
        self._started = started
        self._queue = queue
        self._closed = False
        self._begin()

    def take(self, until: float = inf) -> Replica:
        """Take a worker, which has to be given back: `give`, or `give_back` after an error.

        An interruption ends the wait.

        Args:
            until: when to wait no longer, on the clock of `time.monotonic`.

        Raises:
            PoolSaturated: too many wait already.
            CallTimeout: it took too long, or was interrupted.
            PocketError: a new worker does not start.
        """
        try:
            return self._idle.pop()
        except IndexError:
            return self._take_later(until, bounded=True)

    def give(self, replica: Replica) -> None:
        """Give back a worker that answered."""
        self._idle.append(replica)
        if self._waiters:
            self._hand_on()

    def give_back(self, replica: Replica) -> None:
        """Give back a worker in whatever state it is; a dead one leaves its place free."""
        if replica.alive:
            self.give(replica)
            return
        replica.worker.end()
        self.tally.count(deaths=1)
        self._vacate(replica)

    @contextmanager
    def lent(self) -> Iterator[Worker]:
        """Lend a worker for what is inside, however many wait already; an interruption kills it."""
        try:
            replica = self._idle.pop()
        except IndexError:
            replica = self._take_later(inf, bounded=False)
        try:
            with stoppable(replica.worker.kill):
                yield replica.worker
        finally:
            self.give_back(replica)

    def detach(self, until: float = inf) -> Worker:
        """Take a worker out of the pool, for long: its place is free for another one.

        An interruption ends the start of a new one.

        Args:
            until: when nobody wants it any more, on the clock of `time.monotonic`.

        Raises:
            PocketError: a new worker does not start.
        """
        replica = self._pop_idle()
        if replica is None:
            worker = self._starter.start(until)
        else:
            worker = replica.worker
            self._vacate(replica)
        self.tally.count(starts=replica is None)
        with self._lock:
            self._detached.add(worker)
            if self._closed:
                worker.kill()
        return worker

    def attach(self, worker: Worker) -> None:
        """Take a worker in again, or end it where it is dead or there is no place for it."""
        with self._lock:
            self._detached.discard(worker)
            dead = worker.ended or worker.killed
            replica = None if dead or self._closed else self._new_place()
        self.tally.count(deaths=dead)
        if replica is None:
            worker.end()
            return
        replica.worker = worker
        self.give(replica)
        self._started()

    def fill(self, most: int) -> None:
        """Start workers until there are so many, or as many as may be."""
        while True:
            self._check_open()
            if len(self._known) >= most:
                return
            replica = self._new_place()
            if replica is None:
                return
            self.give(self._with_worker(replica, inf))

    def adopt(self, worker: Worker) -> None:
        """Take in the first worker, which was started elsewhere."""
        replica = self._new_place()
        assert replica is not None
        replica.worker = worker
        self.tally.count(starts=1)
        self.give(replica)
        self._started()

    def idle(self) -> tuple[Replica, ...]:
        """Give the workers that are lent to nobody, the one that was used last at the end."""
        return tuple(self._idle)

    def reap(self, replica: Replica) -> bool:
        """End a worker if it is still idle, and say whether it was."""
        try:
            self._idle.remove(replica)
        except ValueError:
            return False
        replica.worker.end()
        self.tally.count(reaped=1)
        self._vacate(replica)
        return True

    @property
    def waiting(self) -> int:
        """How many calls wait for a worker."""
        return len(self._waiters) + len(self.line)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that live."""
        lent = [replica.worker for replica in self._places() if replica.started]
        return tuple(it.pid for it in [*lent, *self._away()] if not it.ended)

    def check_room(self) -> None:
        """Let one more call wait.

        Raises:
            PoolSaturated: too many do.
        """
        if self.waiting >= self._queue:
            raise self._saturated()

    def close(self) -> None:
        """End every worker; calls that are under way fail. Safe to repeat."""
        waiter = Waiter()
        with self._lock:
            self._closed = True
            self._waiters.append(waiter)
            self._wake()
        self._starter.stop()
        for worker in self._away():
            worker.kill()
        for replica in self._places():
            if replica.started:
                replica.worker.kill()
        try:
            while self._places():
                idle = self._handed(waiter) or self._pop_idle()
                if idle is None:
                    waiter.wait(inf)
                else:
                    idle.worker.end()
                    self._vacate(idle)
        finally:
            self._leave(waiter)

    def abandon(self) -> None:
        """Forget every worker, in a forked child of the process that owns them."""
        self.tally.begin()
        # Without the lock: a thread of the parent may have held it.
        for worker in list(self._detached):
            worker.abandon()
        for replica in self._places():
            if replica.started:
                replica.worker.abandon()
        self._begin()

    def _begin(self) -> None:
        # Reentrant: the collector of garbage may find a lost replica anywhere.
        self._lock = threading.RLock()
        self._starter = Starter(self._start, self._check_open)
        self._idle: list[Replica] = []
        self._handed_at = 0.0
        self._waiters: deque[Waiter] = deque()
        self._known: dict[weakref.ref[Replica], None] = {}
        self._detached: weakref.WeakSet[Worker] = weakref.WeakSet()

    def _places(self) -> list[Replica]:
        return [replica for known in list(self._known) if (replica := known()) is not None]

    def _away(self) -> list[Worker]:
        """Give the detached workers; going through a weak set takes steps, and others change it."""
        with self._lock:
            return list(self._detached)

    def _take_later(self, until: float, *, bounded: bool) -> Replica:
        waiter = Waiter()
        try:
            replica = self._first_offer(waiter, bounded=bounded)
            while replica is None:
                self._wait(waiter, until)
                replica = self._offer(waiter)
        finally:
            self._leave(waiter)
        return replica if replica.started else self._with_worker(replica, until)

    def _first_offer(self, waiter: Waiter, *, bounded: bool) -> Replica | None:
        with self._lock:
            self._waiters.append(waiter)
            replica = self._offer(waiter)
            if replica is None and bounded and self.waiting > self._queue:
                raise self._saturated()
            return replica

    def _offer(self, waiter: Waiter) -> Replica | None:
        self._check_open()
        return self._handed(waiter) or self._pop_idle() or self._new_place()

    def _wait(self, waiter: Waiter, until: float) -> None:
        with stoppable(partial(self._wake, waiter)):
            awake = waiter.wait(until)
        if not awake:
            raise self.late()

    def _leave(self, waiter: Waiter) -> None:
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            handed = self._handed(waiter)
            if handed is not None:
                self._idle.append(handed)
            if self._waiters and (self._idle or self._closed or self._has_room()):
                self._wake()

    def _hand_on(self) -> None:
        with self._lock:
            if not self._waiters:
                return
            first = self._waiters[0]
            now = monotonic()
            # Who closes the pool stays in the line, to hear of every worker.
            if now - max(first.since, self._handed_at) >= PATIENCE_S and not self._closed:
                first.handed = self._pop_idle()
                if first.handed is not None:
                    self._handed_at = now
                    self._waiters.popleft()
            first.wake()

    def _wake(self, waiter: Waiter | None = None) -> None:
        with self._lock:
            if waiter is None and self._waiters:
                waiter = self._waiters[0]
            if waiter is not None:
                waiter.wake()

    @staticmethod
    def _handed(waiter: Waiter) -> Replica | None:
        replica, waiter.handed = waiter.handed, None
        return replica

    def _pop_idle(self) -> Replica | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _has_room(self) -> bool:
        return len(self._known) < self.replicas

    def _new_place(self) -> Replica | None:
        if not self._has_room():
            return None
        with self._lock:
            if not self._has_room():
                return None
            replica = Replica()
            self._known[weakref.ref(replica, self._lost)] = None
        return replica

    def _lost(self, known: weakref.ref[Replica]) -> None:
        with self._lock:
            self._known.pop(known, None)
            self._wake()

    def _vacate(self, replica: Replica) -> None:
        with self._lock:
            self._known.pop(weakref.ref(replica), None)
            self._wake()

    def _with_worker(self, replica: Replica, until: float) -> Replica:
        try:
            replica.worker = self._starter.start(until)
            self.tally.count(starts=1)
            with self._lock:
                self._check_open()  # `close` did not see a worker that was just starting
        except BaseException:
            if replica.started:
                replica.worker.end()
            self._vacate(replica)
            raise
        self._started()
        return replica

    def _check_open(self) -> None:
        if self._closed:
            raise HostClosed(f"plugin {self._plugin}: its host is closed")

    def late(self) -> CallTimeout:
        """Give the error of a call that waited too long."""
        return CallTimeout(
            f"plugin {self._plugin}: the time was over before the call began",
            hint="more calls came than its workers answer; give it more `replicas`",
            plugin=self._plugin,
        )

    def _saturated(self) -> PoolSaturated:
        self.tally.count(refusals=1)
        return PoolSaturated(
            f"plugin {self._plugin}: {self._queue} calls wait for its workers already",
            hint="call again later, or less at once; or make a Host with more `replicas` or a "
            "larger `queue`",
            plugin=self._plugin,
        )
