"""What is closed, stopped or cancelled by one thread while another one is at it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest
from conftest import Load
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor import async_stream
from pocket.supervisor.pool import PATIENCE_S, Pool
from pocket.supervisor.spawner import Spawner
from pocket.supervisor.turns import Turns
from supervisor.conftest import DEADLINE_S, PATIENT, Pooled, nap, wait_until


@pytest.fixture
def _busy_switching() -> Iterator[None]:
    """Have threads take turns as often as they can, so that steps of theirs meet."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run all of them in threads that begin together; give what they raise."""
    together = threading.Barrier(len(works))
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        together.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "it hangs"
    return raised


def unexpected(raised: list[BaseException]) -> list[BaseException]:
    return [error for error in raised if not isinstance(error, pocket.PocketError)]


class _Ended:
    """Stands for a worker of a stream that is over."""

    ended = True


@pytest.mark.usefixtures("_busy_switching")
def test_metrics_may_be_read_while_streams_begin_and_end(pooled: Pooled) -> None:
    plugin = pooled("stream_copy", replicas=2)
    # As many as make going through them take a while.
    ended = [_Ended() for _ in range(3000)]
    plugin._pool._detached.update(ended)  # type: ignore[arg-type]
    over = threading.Event()

    def streams() -> None:
        try:
            for _ in range(40):
                assert b"".join(plugin.stream("main", [b"x"])) == b"x"
        finally:
            over.set()

    def look() -> None:
        while not over.is_set():
            plugin.status()

    assert not at_once(streams, streams, look, look)


@pytest.mark.usefixtures("_busy_switching")
def test_a_host_may_be_closed_while_everything_is_under_way(
    shared_home: Path, tmp_path: Path
) -> None:
    echo = plugin_folder(tmp_path, "echo", wasm=guest("echo"), permissions=PATIENT)
    copy = plugin_folder(tmp_path, "copy", wasm=guest("stream_copy"), permissions=PATIENT)
    other = plugin_folder(tmp_path, "other", wasm=guest("echo"), permissions=PATIENT)
    for _ in range(4):
        host = pocket.Host(home=shared_home, replicas=3, idle_s=0.01)
        plugin, streaming = host.load(echo), host.load(copy)
        used = threading.Semaphore(0)

        def for_ever(call: Callable[[], object]) -> Callable[[], None]:
            def run() -> None:
                while True:
                    call()
                    used.release()  # noqa: B023

            return run

        def close() -> None:
            for _ in range(20):
                used.acquire()  # noqa: B023
            host.close()  # noqa: B023

        calls: list[Callable[[], object]] = [
            lambda: plugin.call("main", 1),  # noqa: B023
            lambda: plugin.call("main", 1, timeout_s=20),  # noqa: B023
            lambda: asyncio.run(plugin.acall("main", 1)),  # noqa: B023
            lambda: list(plugin.map("main", range(20))),  # noqa: B023
            lambda: list(streaming.stream("main", [b"x"] * 5)),  # noqa: B023
            lambda: asyncio.run(streaming.astream("main", [b"x"] * 5).result()),  # noqa: B023
            lambda: (host.reload(other), host.prewarm(echo)),  # noqa: B023
        ]
        raised = at_once(close, *map(for_ever, calls))
        assert not unexpected(raised)
        assert len(raised) == len(calls)
        assert not plugin.pids
        assert not streaming.pids


def test_closing_hears_of_every_worker_that_is_given_back(pooled: Pooled) -> None:
    """Those whose calls ended just before they would have been killed."""
    plugin = pooled("echo", replicas=3)
    plugin.prewarm()
    pool = plugin._pool
    lent = [pool.take() for _ in range(3)]
    closing = threading.Thread(target=pool.close)
    closing.start()
    wait_until(lambda: all(replica.worker.killed for replica in lent))
    for replica in lent:
        patient = monotonic() + PATIENCE_S
        wait_until(lambda: monotonic() > patient)  # noqa: B023
        pool.give(replica)
        wait_until(lambda: replica.worker.ended)  # noqa: B023
    closing.join(DEADLINE_S)
    assert not closing.is_alive()


def _close(turns: Turns, threads: ThreadPoolExecutor) -> None:
    turns.close()
    threads.shutdown()


def test_an_acall_that_meets_a_host_being_closed_ends(load: Load) -> None:
    """The host ends its threads right when the call is to get one."""
    pool: Pool = load("echo")._pool
    threads = ThreadPoolExecutor(1)
    closing: list[threading.Thread] = []

    def run_in_thread(function: Callable[[], None]) -> object:
        thread = threading.Thread(target=_close, args=(turns, threads))
        closing.append(thread)
        thread.start()
        thread.join(0.2)  # it must not get so far
        return threads.submit(function)

    turns = Turns(pool, run_in_thread)
    result = pocket.Result(1)
    assert turns.submit(lambda: result).future.result(DEADLINE_S) is result
    closing[0].join(DEADLINE_S)
    with pytest.raises(pocket.HostClosed):
        turns.submit(lambda: result)


def test_nothing_is_spawned_by_a_host_that_is_closed() -> None:
    spawner = Spawner()
    assert at_once(lambda: spawner.run(lambda: None)) == []
    spawner.close()
    (error,) = at_once(lambda: spawner.run(lambda: None))
    assert isinstance(error, pocket.HostClosed)
    with pytest.raises(pocket.HostClosed):
        spawner.run(lambda: None)


def test_a_stream_that_is_cancelled_just_before_it_waits_for_its_producer_ends(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = load("stream_copy", permissions=PATIENT)
    asked, cancelled = threading.Event(), threading.Event()
    following = async_stream._Fed.__next__

    def late(fed: async_stream._Fed) -> bytes:
        asked.set()
        assert cancelled.wait(DEADLINE_S)
        return following(fed)

    monkeypatch.setattr(async_stream._Fed, "__next__", late)

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def read() -> None:
        task = asyncio.create_task(plugin.astream("main", never()).result())
        await asyncio.to_thread(asked.wait, DEADLINE_S)
        task.cancel()
        await asyncio.sleep(0)  # the task stops the stream
        cancelled.set()
        done, _ = await asyncio.wait([task], timeout=DEADLINE_S)
        assert done
        assert task.cancelled()

    asyncio.run(read())


@pytest.mark.parametrize("way", ["acall", "astream"])
def test_who_cancels_again_and_again_hears_no_complaints(
    load: Load, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """As anyio does, and with it Starlette, for a client that is gone."""
    plugin = load(nap() if way == "acall" else guest("stream_copy"), permissions=PATIENT)

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async def read() -> None:
        if way == "acall":
            task = asyncio.create_task(plugin.acall("main", 60_000))
        else:
            task = asyncio.create_task(plugin.astream("main", never()).result())
        await asyncio.to_thread(wait_until, lambda: plugin.pid is not None)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        assert task.cancelled()
        await asyncio.to_thread(wait_until, lambda: plugin.pid is None)

    with caplog.at_level(logging.ERROR, logger="asyncio"):
        asyncio.run(read())
        gc.collect()
    assert not caplog.records
