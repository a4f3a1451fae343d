"""Calls that wait for a worker: not too many, and no longer than anybody wants them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import pocket
from supervisor.conftest import DEADLINE_S, Pooled, cancelled, nap, wait_until


@contextmanager
def at_work(plugin: pocket.Plugin, calls: int) -> Iterator[None]:
    """Have calls of other threads under way that end only when the plugin's host is closed."""

    def call() -> None:
        with pytest.raises((pocket.PluginCrashed, pocket.HostClosed)):
            plugin.call("main", 60_000)

    threads = [threading.Thread(target=call) for _ in range(calls)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(plugin.pids) + plugin.status().waiting >= calls)
    try:
        yield
    finally:
        plugin.close()
        for thread in threads:
            thread.join(DEADLINE_S)


def test_one_call_too_many_is_refused_at_once(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=2, queue=3)
    plugin.prewarm()
    with at_work(plugin, 5):
        wait_until(lambda: plugin.status().waiting == 3)
        begun = time.monotonic()
        with pytest.raises(pocket.PoolSaturated, match="plugin guest: 3 calls wait") as raised:
            plugin.call("main", None)
        assert time.monotonic() - begun < 1
        assert raised.value.hint is not None
        assert "replicas" in raised.value.hint
        assert raised.value.retryable
        assert plugin.status().refusals == 1


def test_with_no_queue_a_call_is_made_or_refused(pooled: Pooled) -> None:
    plugin = pooled(nap(), queue=0)
    assert plugin.call("main", 0).output == 0
    with at_work(plugin, 1):
        wait_until(lambda: plugin._pool.idle() == ())
        with pytest.raises(pocket.PoolSaturated):
            plugin.call("main", None)


def test_an_acall_too_many_is_refused_too(pooled: Pooled) -> None:
    plugin = pooled(nap(), queue=2)

    async def several() -> list[object]:
        return await asyncio.gather(
            *(plugin.acall("main", 50) for _ in range(5)), return_exceptions=True
        )

    outcomes = [type(it).__name__ for it in asyncio.run(several())]
    assert outcomes == ["Result"] * 3 + ["PoolSaturated"] * 2
    assert plugin.call("main", 0).output == 0


def test_a_map_waits_its_turn_however_many_wait(pooled: Pooled) -> None:
    plugin = pooled("echo", queue=0)
    replica = plugin._pool.take()
    timer = threading.Timer(0.05, plugin._pool.give, (replica,))
    timer.start()
    assert [result.output["input"] for result in plugin.map("main", range(5))] == list(range(5))
    timer.join()


def test_a_queued_acall_that_is_cancelled_leaves_at_once(pooled: Pooled) -> None:
    plugin = pooled(nap())
    with at_work(plugin, 1):
        wait_until(lambda: plugin._pool.idle() == ())
        pids = plugin.pids
        # The first has a thread and waits for the worker there.
        assert cancelled(plugin, 60_000, lambda: plugin.status().waiting == 1) < 1
        assert plugin.status().waiting == 0
        assert plugin.pids == pids


def test_so_does_one_that_has_no_thread_yet(pooled: Pooled) -> None:
    plugin = pooled(nap())

    async def run() -> None:
        first = asyncio.create_task(plugin.acall("main", 60_000))
        second = asyncio.create_task(plugin.acall("main", 60_000))
        await asyncio.to_thread(wait_until, lambda: plugin.pids and plugin.status().waiting == 1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert plugin.status().waiting == 0
        assert not first.done()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(run())
    assert plugin.pids == ()
    assert plugin.call("main", 1).output == 1


def test_the_queued_acalls_of_one_plugin_keep_no_threads_from_another(
    pooled: Pooled,
) -> None:
    crowded, other = pooled(nap(), name="crowded"), pooled("echo", name="other")
    other._turns._run_in_thread = crowded._turns._run_in_thread  # as if of one host

    async def run() -> None:
        calls = [asyncio.create_task(crowded.acall("main", 60_000)) for _ in range(100)]
        result = await asyncio.wait_for(other.acall("main", 1), DEADLINE_S)
        assert result.output["input"] == 1
        crowded.close()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(it) for it in outcomes} <= {pocket.PluginCrashed, pocket.HostClosed}

    asyncio.run(run())


def test_waiting_for_other_calls_counts_as_the_time_of_a_call(pooled: Pooled) -> None:
    plugin = pooled(nap())
    with at_work(plugin, 1):
        wait_until(lambda: plugin._pool.idle() == () and plugin.pids)
        begun = time.monotonic()
        with pytest.raises(pocket.CallTimeout, match="before the call began"):
            plugin.call("main", None, timeout_s=0.1)
        assert 0.1 <= time.monotonic() - begun < 2
        assert plugin.status().waiting == 0
