"""Workers begin, end, and end with whoever owns them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import Load
from guests.build import guest, plugin_folder

import pocket
import pocket.supervisor.host
from supervisor.conftest import DEADLINE_S, wait_until


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def _pid(plugin: pocket.Plugin) -> int:
    assert plugin.pid is not None
    return plugin.pid


def test_one_process_a_plugin_spawned_by_the_first_call_and_kept(load: Load) -> None:
    plugin, other = load("echo", name="one"), load("echo", name="two")
    plugin.call("main", None)
    other.call("main", None)
    pid = _pid(plugin)
    plugin.call("main", None)
    assert _pid(plugin) == pid != _pid(other)


def test_a_worker_killed_from_outside_is_a_crash_and_the_next_call_works(load: Load) -> None:
    plugin = load("echo")
    plugin.call("main", None)
    os.kill(_pid(plugin), signal.SIGKILL)
    with pytest.raises(pocket.PluginCrashed, match="SIGKILL"):
        plugin.call("main", None)
    assert plugin.call("main", 1).output["input"] == 1


def test_closing_the_host_ends_every_worker(shared_home: Path, tmp_path: Path) -> None:
    with pocket.Host(home=shared_home) as host:
        plugin = host.load(plugin_folder(tmp_path, "echo", wasm=guest("echo")))
        plugin.call("main", None)
        pid = _pid(plugin)
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(pocket.HostClosed):
        plugin.call("main", None)
    with pytest.raises(pocket.HostClosed):
        host.load(tmp_path / "echo")


def test_closing_the_host_ends_a_call_in_another_thread(shared_home: Path, tmp_path: Path) -> None:
    host = pocket.Host(home=shared_home)
    permissions = {"cpu": "1h", "timeout": "1m"}
    folder = plugin_folder(tmp_path, "loop", wasm=guest("loop"), permissions=permissions)
    plugin = host.load(folder)
    raised: list[BaseException] = []

    def call() -> None:
        try:
            plugin.call("main", None)
        except pocket.PocketError as error:
            raised.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    wait_until(lambda: plugin.pid is not None)
    host.close()
    thread.join(DEADLINE_S)
    assert [type(error) for error in raised] in ([pocket.PluginCrashed], [pocket.HostClosed])


def test_a_worker_outlives_the_thread_that_made_the_first_call(load: Load) -> None:
    plugin = load("echo")
    plugin.close()
    plugin = load("echo", name="again")
    thread = threading.Thread(target=plugin.call, args=("main", None))
    thread.start()
    thread.join()
    pid = _pid(plugin)
    assert plugin.call("main", 1).output["input"] == 1
    assert _pid(plugin) == pid


def test_threads_may_share_a_plugin(load: Load) -> None:
    plugin = load("echo")
    outputs: dict[int, list[object]] = {}

    def call(number: int) -> None:
        results = [plugin.call("main", [number, turn]) for turn in range(50)]
        outputs[number] = [result.output["input"] for result in results]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == {n: [[n, turn] for turn in range(50)] for n in range(4)}


CHILD = """
import sys, pocket
host = pocket.Host(home={home!r})
plugin = host.load({folder!r})
plugin.call("main", None)
print(plugin.pid, flush=True)
sys.stdin.read()
"""


def test_no_worker_outlives_a_host_that_is_killed(shared_home: Path, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "echo", wasm=guest("echo"))
    program = CHILD.format(home=str(shared_home), folder=str(folder))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        assert _alive(pid)
        child.kill()
        child.wait()
    wait_until(lambda: not _alive(pid))


def test_ctrl_c_in_a_call_ends_its_worker(load: Load) -> None:
    plugin = load("loop", permissions={"cpu": "1h", "timeout": "1m"})
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    timer = threading.Timer(0.2, signal.pthread_kill, (main_thread, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        plugin.call("main", None)
    assert plugin.pid is None


def test_a_forked_child_has_workers_of_its_own(load: Load) -> None:
    plugin = load("echo")
    plugin.call("main", None)
    pid = _pid(plugin)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            fresh = plugin.pid is None
            same = plugin.call("main", 1).output["input"] == 1
            status = 0 if fresh and same and plugin.pid != pid else 2
            plugin.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert plugin.call("main", 2).output["input"] == 2
    assert _pid(plugin) == pid


def test_acall_gives_what_call_gives(load: Load) -> None:
    plugin = load("echo")

    async def several() -> list[pocket.Result]:
        return await asyncio.gather(*(plugin.acall("main", number) for number in range(20)))

    assert [result.output["input"] for result in asyncio.run(several())] == list(range(20))


def test_cancelling_an_acall_kills_its_worker_at_once(load: Load) -> None:
    plugin = load("loop", permissions={"cpu": "1h", "timeout": "1m"})

    async def cancelled() -> float:
        task = asyncio.create_task(plugin.acall("main", None))
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - begun

    assert asyncio.run(cancelled()) < 1.0
    assert plugin.pid is None


def test_asyncio_goes_on_while_a_plugin_computes(load: Load) -> None:
    plugin = load("loop", permissions={"cpu": "300ms"})

    async def ticks() -> int:
        call = asyncio.create_task(plugin.acall("main", None))
        count = 0
        while not call.done():
            await asyncio.sleep(0.01)
            count += 1
        with pytest.raises(pocket.CpuLimitExceeded):
            call.result()
        return count

    assert asyncio.run(ticks()) > 5


def test_a_plugin_that_takes_long_to_load_keeps_nobody_from_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = plugin_folder(tmp_path, "slow", wasm=guest("echo"))
    quick = plugin_folder(tmp_path, "quick", wasm=guest("counter"))
    reading, go_on = threading.Event(), threading.Event()
    real = pocket.supervisor.host.read_package

    def read(path: Path) -> object:
        if path == slow:
            reading.set()
            assert go_on.wait(DEADLINE_S)
        return real(path)

    monkeypatch.setattr("pocket.supervisor.host.read_package", read)
    loaded: list[pocket.Plugin] = []
    with pocket.Host(home=tmp_path / "home") as host:
        threads = [
            threading.Thread(target=lambda: loaded.append(host.load(slow))) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        assert reading.wait(DEADLINE_S)
        assert host.load(quick).call("main", None).output == 1
        go_on.set()
        for thread in threads:
            thread.join(DEADLINE_S)
        assert len(loaded) == 3
        assert len(set(map(id, loaded))) == 1
