"""Processes of the standard library that run native Python: no sandbox, no limits."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import orjson

from peers import native
from peers.peer import NUMBERS, Peer, check, timed


class PoolPeer(Peer):
    """multiprocessing.Pool."""

    name = "multiprocessing.Pool"
    how = "native Python in another process; pickle both ways"

    def __init__(self) -> None:
        self._pool = multiprocessing.get_context("spawn").Pool(1)
        check(self._pool.apply(native.statistics, (NUMBERS,)))

    def sample(self, count: int) -> list[float]:
        return timed(lambda: self._pool.apply(native.statistics, (NUMBERS,)), count)

    def close(self) -> None:
        self._pool.terminate()
        self._pool.join()


class ExecutorPeer(Peer):
    """concurrent.futures.ProcessPoolExecutor."""

    name = "ProcessPoolExecutor"
    how = "native Python in another process; pickle both ways"

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, mp_context=context)
        check(self._pool.submit(native.statistics, NUMBERS).result())

    def sample(self, count: int) -> list[float]:
        return timed(lambda: self._pool.submit(native.statistics, NUMBERS).result(), count)

    def close(self) -> None:
        self._pool.shutdown()


class SubprocessPeer(Peer):
    """A new interpreter for every call."""

    name = "subprocess per call"
    how = "a new Python process for every call; JSON over pipes"

    def __init__(self) -> None:
        self._program = [sys.executable, str(Path(native.__file__))]
        check(self._call())

    def _call(self) -> object:
        data = orjson.dumps(NUMBERS)
        done = subprocess.run(self._program, input=data, capture_output=True, check=True)
        return orjson.loads(done.stdout)

    def sample(self, count: int) -> list[float]:
        return timed(self._call, max(1, count // 200))
