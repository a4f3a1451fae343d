"""Several workers of one plugin."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder
from guests.javascript import javascript

import pocket
from pocket.plugin.package import read_package
from pocket.supervisor import pool
from pocket.supervisor.program import Program
from pocket.supervisor.replica import Replica
from pocket.supervisor.worker import Worker
from supervisor.conftest import DEADLINE_S, PATIENT, Pooled, nap, wait_until


def at_once(threads: int, call: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(threads) as crew:
        return list(crew.map(call, range(threads)))


def test_calls_of_several_threads_run_at_the_same_time(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=4)
    plugin.prewarm()
    begun = time.monotonic()
    assert at_once(4, lambda _: plugin.call("main", 500).output) == [500] * 4
    assert time.monotonic() - begun < 1.9  # one after the other they take two seconds


def test_with_one_replica_they_wait_for_each_other(pooled: Pooled) -> None:
    plugin = pooled(nap())
    begun = time.monotonic()
    at_once(3, lambda _: plugin.call("main", 100))
    assert time.monotonic() - begun >= 0.3
    assert len(plugin.pids) == 1


def test_one_thread_needs_one_worker(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=4)
    for number in range(20):
        plugin.call("main", number)
    assert len(plugin.pids) == 1


def test_no_more_workers_than_replicas(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=2)
    at_once(6, lambda _: plugin.call("main", 50))
    assert len(plugin.pids) == 2


def test_prewarm_spawns_all_and_calls_use_them(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=3)
    plugin.prewarm()
    pids = plugin.pids
    assert len(set(pids)) == 3
    plugin.prewarm()
    plugin.call("main", None)
    assert plugin.pids == pids


def test_a_host_prewarms_by_name_or_path(shared_home: Path, tmp_path: Path) -> None:
    folders = [plugin_folder(tmp_path, name, wasm=guest("echo")) for name in ("one", "two")]
    with pocket.Host(home=shared_home, replicas=2) as host:
        host.prewarm(*folders)
        assert [len(host.load(folder).pids) for folder in folders] == [2, 2]


def test_a_dead_worker_is_one_crash_and_the_others_go_on(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=3)
    plugin.prewarm()
    for pid in plugin.pids:
        os.kill(pid, signal.SIGKILL)
    raised = 0
    for number in range(10):
        try:
            assert plugin.call("main", number).output["input"] == number
        except pocket.PluginCrashed:
            raised += 1
    assert raised == 3
    assert plugin.status().deaths == 3


def test_replicas_are_chosen_for_one_plugin(shared_home: Path, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "echo", wasm=guest("echo"))
    with pocket.Host(home=shared_home) as host:
        plugin = host.load(folder, replicas=3)
        assert plugin.replicas == 3
        assert host.load(folder) is plugin
        assert host.load(folder, replicas=3) is plugin
        with pytest.raises(pocket.InvalidInput, match="loaded already, with replicas=3"):
            host.load(folder, replicas=2)


@pytest.mark.parametrize("options", [{"replicas": 0}, {"queue": -1}, {"idle_s": -1.0}])
def test_numbers_that_make_no_sense_are_refused(shared_home: Path, options: dict[str, int]) -> None:
    with pytest.raises(pocket.InvalidInput, match="makes no sense"):
        pocket.Host(home=shared_home, **options)


def test_state_that_is_kept_stays_in_one_worker(shared_home: Path, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "counter", wasm=guest("counter"), state="kept")
    with pocket.Host(home=shared_home, replicas=4) as host:
        plugin = host.load(folder)
        plugin.prewarm()
        assert len(plugin.pids) == plugin.replicas == 1
        counts = at_once(4, lambda _: plugin.call("main", None).output)
        assert sorted(counts) == [1, 2, 3, 4]


def test_map_uses_all_workers_and_keeps_the_order(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=4)
    plugin.prewarm()
    inputs = [100 if number % 4 == 0 else 20 for number in range(40)]
    begun = time.monotonic()
    assert [result.output for result in plugin.map("main", inputs)] == inputs
    assert time.monotonic() - begun < sum(inputs) / 1000 * 0.75


def test_map_over_workers_gives_every_error_its_place(pooled: Pooled) -> None:
    inputs: list[object] = [number if number % 3 else {number} for number in range(300)]
    results = list(pooled("echo", replicas=3).map("main", inputs, return_errors=True))  # type: ignore[arg-type]
    for number, result in enumerate(results):
        if number % 3:
            assert result.output["input"] == number
        else:
            assert isinstance(result.error, pocket.InvalidInput)


def test_map_over_workers_that_crash_gives_as_many_errors(pooled: Pooled) -> None:
    results = list(pooled("trap", replicas=2).map("main", range(40), return_errors=True))
    assert [type(result.error) for result in results] == [pocket.PluginCrashed] * 40


def test_map_over_workers_reads_inputs_as_they_are_needed(pooled: Pooled) -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            read.append(len(read))
            yield read[-1]

    plugin = pooled("echo", replicas=2)
    results = plugin.map("main", endless())
    assert [next(results).output["input"] for _ in range(10)] == list(range(10))
    results.close()  # type: ignore[attr-defined]
    assert len(read) < 3000
    assert not [t for t in threading.enumerate() if t.name.startswith("pocket-map")]
    assert plugin.call("main", 1).output["input"] == 1


def test_who_leaves_a_map_waits_for_nothing(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=2)
    results = plugin.map("main", [1, *[30_000] * 10])
    assert next(results).output == 1
    begun = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 5


def test_a_call_within_the_loop_of_a_map_finds_a_worker(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=2)
    for number, result in enumerate(plugin.map("main", range(200))):
        assert plugin.call("main", "between").output["input"] == "between"
        assert result.output["input"] == number


def test_parallel_tasks_of_one_plugin_run_at_the_same_time(tmp_path: Path) -> None:
    workflow = tmp_path / "workflow.yaml"
    tasks = "".join(f"        - {{name: t{number}, node: main}}\n" for number in range(4))
    workflow.write_text(
        "name: naps\nstart: all\nnodes:\n  - name: all\n    type: parallel\n"
        f"    config:\n      tasks:\n{tasks}"
    )
    folder = plugin_folder(tmp_path, "nap", wasm=nap(), permissions=PATIENT)
    with pocket.Host(home=tmp_path / "home", replicas=4) as host:
        host.store.install(read_package(folder))
        host.prewarm("nap")
        begun = time.monotonic()
        result = pocket.Workflow.load(workflow, host=host).run(500)
        assert result.output["summary"]["succeeded"] == 4
        assert time.monotonic() - begun < 1.9


def test_closing_the_host_ends_the_calls_of_all_workers(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=3)
    plugin.prewarm()
    raised: list[str] = []

    def call(_: int) -> None:
        try:
            plugin.call("main", 60_000)
        except pocket.PocketError as error:
            raised.append(type(error).__name__)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    wait_until(lambda: plugin.status().waiting == 2)
    pids = plugin.pids
    plugin.close()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert sorted(raised) == ["HostClosed"] * 2 + ["PluginCrashed"] * 3
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_start_that_fails_counts_once_however_many_wait_for_it(
    pooled: Pooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = pooled("echo", replicas=4)
    for replica in plugin._pool.idle():
        plugin._pool.reap(replica)
    together = threading.Barrier(4)
    tries: list[int] = []

    def start(_: Program, __: float) -> Worker:
        tries.append(1)
        raise pocket.PluginCrashed("it does not start")

    def call(_: int) -> str:
        together.wait(DEADLINE_S)
        with pytest.raises(pocket.CallError) as raised:
            plugin.call("main", None)
        return raised.type.__name__

    monkeypatch.setattr(Program, "_start_once", start)
    outcomes = sorted(map(str, at_once(4, call)))
    assert outcomes == ["PluginCrashed", *["PluginQuarantined"] * 3]
    assert len(tries) == 1


def test_a_worker_lost_to_ctrl_c_between_two_steps_is_replaced(pooled: Pooled) -> None:
    plugin = pooled("echo")
    plugin.call("main", None)
    pid = plugin.pid
    replica: Replica | None = plugin._pool.take()
    waiting = ThreadPoolExecutor(1)
    answer = waiting.submit(plugin.call, "main", 7)
    wait_until(lambda: plugin.status().waiting == 1)
    assert replica is not None
    del replica  # what an exception does to a frame that holds it
    assert answer.result(DEADLINE_S).output["input"] == 7
    waiting.shutdown()
    assert plugin.pid not in (None, pid)


def test_one_that_waits_is_not_overtaken_for_long(
    pooled: Pooled, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = pooled("echo")
    monkeypatch.setattr(pool, "PATIENCE_S", 0.0)
    replica = plugin._pool.take()
    waiting = ThreadPoolExecutor(1)
    answer = waiting.submit(plugin.call, "main", "waited")
    wait_until(lambda: plugin.status().waiting == 1)
    plugin._pool.give(replica)
    assert plugin._pool.idle() == ()  # it is handed over, and not to be had by others
    assert answer.result(DEADLINE_S).output["input"] == "waited"
    waiting.shutdown()


def test_acalls_run_at_the_same_time(pooled: Pooled) -> None:
    plugin = pooled(nap(), replicas=4)
    plugin.prewarm()

    async def several() -> float:
        begun = time.monotonic()
        await asyncio.gather(*(plugin.acall("main", 500) for _ in range(4)))
        return time.monotonic() - begun

    assert asyncio.run(several()) < 1.9


def test_a_forked_child_has_all_its_places(pooled: Pooled) -> None:
    plugin = pooled("echo", replicas=2)
    plugin.prewarm()
    pids = plugin.pids
    held = plugin._pool.take()  # as another thread would, which the child does not have
    child = os.fork()
    if child == 0:
        status = 1
        try:
            plugin.prewarm()
            status = 0 if len(plugin.pids) == 2 and not set(plugin.pids) & set(pids) else 2
            plugin.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    plugin._pool.give(held)
    assert plugin.call("main", 2).output["input"] == 2
    assert plugin.pids == pids


def test_all_workers_share_one_store(shared_home: Path, tmp_path: Path) -> None:
    keep = "await pocket.store.set('key-' + input, input); return await pocket.store.keys();"
    permissions = {"memory": "64MB", "cpu": "2s", "timeout": "60s", "store": "1MB"}
    folder = plugin_folder(tmp_path, "keep", wasm=javascript(keep), permissions=permissions)
    with pocket.Host(home=shared_home, replicas=3) as host:
        plugin = host.load(folder)
        plugin.prewarm()

        def call(number: int) -> None:
            for turn in range(20):
                plugin.call("main", number * 20 + turn)

        at_once(3, call)
        (last,) = plugin.map("main", [60])
        assert last.output == sorted(f"key-{number}" for number in range(61))
