"""Ends workers that nobody calls.

Calls leave no time stamp. The housekeeper looks at every idle worker now and then, and sees from
the number of its calls whether it was used since the last look; so its clock runs in steps.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from math import inf
from time import monotonic, sleep
from typing import Final

from pocket.supervisor.memory import private_bytes
from pocket.supervisor.pool import Pool
from pocket.supervisor.replica import Replica

LOOKS: Final = 4
"""Looks within the time after which a worker is idle, which is a quarter longer at most."""
MEMORY_EVERY_S: Final = 1.0
"""How often memory is compared with its budget, besides at each start of a worker."""
REPLACED_IDLE_S: Final = 1.0
"""After which a worker of a version that was replaced is idle: who still calls that keeps it."""
SHORTEST_PAUSE_S: Final = 0.01
"""Between two looks, which at a thousand workers take as long."""


class Housekeeper:
    """One thread of a host, which begins with its first worker, if there is anything to do.

    Args:
        idle_s: when to end a worker that nobody calls, in seconds; None is never.
        memory_bytes: private memory of all workers; beyond it, the longest idle are ended.
    """

    def __init__(self, idle_s: float | None, memory_bytes: int | None) -> None:
        self._idle_s = idle_s
        self._memory_bytes = memory_bytes
        self._pools: weakref.WeakSet[Pool] = weakref.WeakSet()
        self._replaced: weakref.WeakSet[Pool] = weakref.WeakSet()
        self._closed = False
        self.begin()

    def begin(self) -> None:
        """Have no thread: at first, and in a forked child."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._due = threading.Event()

    def watch(self, pool: Pool) -> None:
        """Take care of a pool, as long as somebody else holds it."""
        with self._lock:
            self._pools.add(pool)

    def retire(self, pool: Pool) -> None:
        """End what is idle of a pool whose plugin was replaced."""
        with self._lock:
            self._replaced.add(pool)
        self.look()

    def look(self) -> None:
        """Look soon, as there is a worker more."""
        if self._idle_s is None and self._memory_bytes is None and not self._replaced:
            return
        with self._lock:
            if self._thread is None and not self._closed:
                # A host that nobody closes must not keep the interpreter from ending.
                self._thread = threading.Thread(
                    target=self._keep_house, name="pocket-housekeeper", daemon=True
                )
                self._thread.start()
        self._due.set()

    def stop(self) -> None:
        """Do nothing more; safe to repeat, from any thread."""
        self._closed = True
        self._due.set()

    def close(self) -> None:
        """Do nothing more, and end the thread."""
        with self._lock:
            self.stop()
        if self._thread is not None:
            self._thread.join()

    def _keep_house(self) -> None:
        alive = True
        while not self._closed:
            self._due.wait(self._pause_s if alive else None)
            self._due.clear()
            alive = self._look_around()
            sleep(SHORTEST_PAUSE_S)  # starts may come faster

    @property
    def _pause_s(self) -> float | None:
        idle_s = REPLACED_IDLE_S if self._replaced else inf
        pause_s = min(idle_s, inf if self._idle_s is None else self._idle_s) / LOOKS
        if self._memory_bytes is not None:
            pause_s = min(pause_s, MEMORY_EVERY_S)
        return None if pause_s == inf else max(SHORTEST_PAUSE_S, pause_s)

    def _look_around(self) -> bool:
        """Look at every worker, and say whether there are any."""
        with self._lock:
            pools, replaced = list(self._pools), set(self._replaced)
        now = monotonic()
        idle = sorted(_idle(pools, now), key=lambda found: found[0].idle_since)
        usual_s = inf if self._idle_s is None else self._idle_s
        for replica, pool in idle:
            idle_s = min(REPLACED_IDLE_S, usual_s) if pool in replaced else usual_s
            if now - replica.idle_since >= idle_s:
                pool.reap(replica)
        if self._memory_bytes is not None:
            self._keep_to_budget(pools, idle, self._memory_bytes)
        return any(pool.pids for pool in pools)

    @staticmethod
    def _keep_to_budget(
        pools: list[Pool], idle: list[tuple[Replica, Pool]], budget_bytes: int
    ) -> None:
        held = {pid: private_bytes(pid) for pool in pools for pid in pool.pids}
        excess = sum(held.values()) - budget_bytes
        for replica, pool in idle:
            if excess <= 0:
                return
            if pool.reap(replica):
                excess -= held.get(replica.worker.pid, 0)


def _idle(pools: list[Pool], now: float) -> Iterator[tuple[Replica, Pool]]:
    for pool in pools:
        for replica in pool.idle():
            calls = replica.worker.calls
            if replica.calls_seen != calls:
                replica.calls_seen, replica.idle_since = calls, now
            yield replica, pool
