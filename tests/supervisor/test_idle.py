"""Workers that nobody calls are ended, and nobody notices."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder
from guests.javascript import javascript

import pocket
from pocket.supervisor.memory import private_bytes
from supervisor.conftest import Pooled, nap, wait_until

COUNT = """
const count = (await pocket.store.get('count') ?? 0) + 1;
await pocket.store.set('count', count);
return count;
"""


def housekeepers() -> list[threading.Thread]:
    return [it for it in threading.enumerate() if it.name == "pocket-housekeeper"]


def test_an_idle_worker_is_ended_and_the_next_call_starts_another_one(pooled: Pooled) -> None:
    plugin = pooled("echo", idle_s=0.05)
    plugin.call("main", None)
    pid = plugin.pid
    wait_until(lambda: plugin.pids == ())
    assert not Path(f"/proc/{pid}").exists()
    assert plugin.status().reaped == plugin.status().starts == 1
    assert plugin.call("main", 1).output["input"] == 1


def test_workers_beyond_what_is_needed_are_ended_and_the_used_one_stays(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=4, idle_s=0.2)
    plugin.prewarm()
    plugin.call("main", None)
    used = plugin._pool.idle()[-1].worker.pid
    until = time.monotonic() + 10
    while len(plugin.pids) > 1:
        assert time.monotonic() < until
        plugin.call("main", None)
    assert plugin.pids == (used,)


def test_a_call_that_takes_longer_than_that_is_not_ended(pooled: Pooled) -> None:
    plugin = pooled(nap(), idle_s=0.05)
    assert plugin.call("main", 300).output == 300


def test_what_a_plugin_stores_outlives_its_worker(shared_home: Path, tmp_path: Path) -> None:
    permissions = {"memory": "64MB", "cpu": "2s", "store": "1MB"}
    folder = plugin_folder(tmp_path, "count", wasm=javascript(COUNT), permissions=permissions)
    with pocket.Host(home=shared_home, idle_s=0.05) as host:
        plugin = host.load(folder)
        counts = []
        for _ in range(3):
            counts.append(plugin.call("main", None).output)
            wait_until(lambda: plugin.pids == ())
    assert counts == [1, 2, 3]


@pytest.mark.parametrize("longest", [0, 1, 2])
def test_beyond_the_budget_the_longest_idle_is_ended(
    shared_home: Path, tmp_path: Path, longest: int
) -> None:
    folders = [plugin_folder(tmp_path, f"echo{n}", wasm=guest("echo")) for n in range(4)]
    with pocket.Host(home=shared_home) as host:
        one_bytes = _private_bytes(host, folders[0])
    with pocket.Host(home=shared_home, memory_budget_bytes=one_bytes * 7 // 2) as host:
        plugins = [host.load(folder) for folder in folders]
        for plugin in plugins[:3]:
            plugin.call("main", None)
            _wait_for_a_look(plugin)
        for number in {0, 1, 2} - {longest}:
            plugins[number].call("main", None)
        plugins[3].call("main", None)
        wait_until(lambda: plugins[longest].pids == ())
        _wait_for_a_look(plugins[3])  # and no more than needed is ended
        assert sum(len(plugin.pids) for plugin in plugins) == 3
        assert plugins[longest].call("main", 1).output["input"] == 1


def test_a_budget_ends_no_worker_that_is_busy(pooled: Pooled) -> None:
    plugin = pooled(nap(), memory_budget_bytes=1)
    assert plugin.call("main", 300).output == 300
    wait_until(lambda: plugin.pids == ())


def test_there_is_one_thread_a_host_and_none_without_need(
    shared_home: Path, tmp_path: Path
) -> None:
    folders = [plugin_folder(tmp_path, f"echo{n}", wasm=guest("echo")) for n in range(3)]
    with pocket.Host(home=shared_home) as host:
        host.prewarm(*folders)
        assert housekeepers() == []
    with pocket.Host(home=shared_home, idle_s=60) as host:
        assert housekeepers() == []
        host.prewarm(*folders)
        assert len(housekeepers()) == 1
    assert housekeepers() == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_host_that_is_forgotten_takes_its_thread_along(shared_home: Path, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "echo", wasm=guest("echo"))
    host = pocket.Host(home=shared_home, idle_s=60)
    host.prewarm(folder)
    (thread,) = housekeepers()
    del host
    wait_until(lambda: _collected(thread))


def _collected(thread: threading.Thread) -> bool:
    import gc

    gc.collect()
    return not thread.is_alive()


def _private_bytes(host: pocket.Host, folder: Path) -> int:
    plugin = host.load(folder)
    plugin.call("main", None)
    assert plugin.pid is not None
    held = private_bytes(plugin.pid)
    assert plugin.status().memory_bytes == held > 100_000
    return held


def _wait_for_a_look(plugin: pocket.Plugin) -> None:
    (replica,) = plugin._pool.idle()
    wait_until(lambda: replica.calls_seen == replica.worker.calls)
