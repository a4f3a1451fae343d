"""Host life: hosts that are killed, interrupted, forked, shared, closed and disappointed."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pocket
from abuse import modules
from abuse.siege import QUICK, Siege
from pocket.supervisor import quarantine
from pocket.supervisor.quarantine import MOST_FAILURES

LASTING = {"cpu": "1h", "timeout": "1m", "memory": "64MB"}
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None)


@pytest.mark.parametrize(
    "cycles",
    [
        pytest.param(50, id="50 spawn and kill cycles"),
        pytest.param(1000, id="1,000 spawn and kill cycles", marks=pytest.mark.slow),
    ],
)
def test_cycles(siege: Siege, cycles: int) -> None:
    plugin = siege.load("trap")
    flat: set[int] = set()

    def attack() -> int:
        crashes = 0
        for turn in range(cycles):
            try:
                plugin.call("main", None)
            except pocket.PluginCrashed:
                crashes += 1
            if turn % 10 == 9:
                flat.add(len(os.listdir("/proc/self/fd")))
        return crashes

    siege.answers(attack, cycles, by="worker: trap", within_s=60)
    assert max(flat) - min(flat) <= 6, flat  # the bystander may be in the middle of something


def test_cycles_by_sigkill(siege: Siege) -> None:
    plugin = siege.load("loop", permissions=LASTING)

    def kill() -> None:
        for replica in plugin._pool._places():
            if replica.started:
                replica.worker.kill()

    def attack() -> int:
        ended = 0
        for turn in range(50):
            timer = threading.Timer(0.0005 * (turn % 10), kill)
            timer.start()
            try:
                plugin.call("main", None, timeout_s=0.02)
            except (pocket.PluginCrashed, pocket.CallTimeout):
                ended += 1
            timer.join()
        return ended

    siege.answers(attack, 50, by="host: deadline, or SIGKILL from outside", within_s=30)


HOST = """
import sys, pocket
with pocket.Host(home=sys.argv[1]) as host:
    plugin = host.load(sys.argv[2])
    if sys.argv[3] == "map":
        list(plugin.map("main", range(1000000)))
    if sys.argv[3] == "call":
        plugin.call("main", None)
    print("idle", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def subreaper() -> Iterator[None]:
    """Inherit the orphans of the hosts that this test kills, to see how they ended."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _workers(host: int) -> list[int]:
    """Give the workers of a host that is another process."""
    found = []
    for file in Path(f"/proc/{host}/task").glob("*/children"):
        for pid in file.read_text().split():
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if command[0].endswith(b"pocket-worker"):
                found.append(int(pid))
    return found


STAGES: dict[str, tuple[str | Callable[[], bytes], str]] = {
    "idle": ("echo", "load"),
    "in a call": ("loop", "call"),
    "in a map": ("echo", "map"),
    "before ready": ("loop_in_start", "load"),
    "in a compile": (lambda: modules.giant_function(7_000_000), "load"),
}


@pytest.mark.usefixtures("subreaper")
@pytest.mark.parametrize(
    ("wasm", "doing"), STAGES.values(), ids=[f"SIGKILL of the host {name}" for name in STAGES]
)
def test_sigkill_of_the_host(
    siege: Siege, tmp_path: Path, wasm: str | Callable[[], bytes], doing: str
) -> None:
    folder = siege.folder(wasm if isinstance(wasm, str) else wasm(), permissions=LASTING)
    ended: list[str] = []

    def attack() -> bool:
        command = [sys.executable, "-c", HOST, str(tmp_path / "home"), str(folder), doing]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as host:
            until = time.monotonic() + 15
            while not (workers := _workers(host.pid)):
                assert time.monotonic() < until
                time.sleep(0.002)
            time.sleep(0.05)  # into the middle of what it does
            workers = _workers(host.pid) or workers
            host.kill()
            host.wait()
        ended.extend(map(_end_of, workers))
        return bool(ended)

    siege.answers(attack, True, within_s=30)
    siege.row.stopped_by = ", ".join(sorted(set(ended)))


def _end_of(pid: int) -> str:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            done, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return "gone before its host"
        if done:
            code = os.waitstatus_to_exitcode(status)
            if code == -signal.SIGKILL:
                return "kernel: parent-death signal, SIGKILL"
            return f"worker: end of pipe, exit {code}"
        time.sleep(0.005)
    raise AssertionError(f"worker {pid} outlives its host")


INTERRUPTED = """
import asyncio, gc, json, os, random, signal, sys, threading, time
from pathlib import Path
import pocket
home, echo, loop, large, seed = *sys.argv[1:5], int(sys.argv[5])
chance = random.Random(seed)
main = threading.main_thread().ident
def children():
    files = Path("/proc/self/task").glob("*/children")
    return sum(len(file.read_text().split()) for file in files)
def load():
    with pocket.Host(home=home) as other:
        other.load(echo).call("main", 1)
def compile():
    with pocket.Host(home=home + str(chance.random())) as other:
        other.load(large)
def call():
    plugins[1].call("main", None)
def map_():
    for _ in plugins[0].map("main", range(100000)):
        pass
def acall():
    async def both():
        await asyncio.gather(plugins[0].acall("main", 1), plugins[1].acall("main", 1))
    asyncio.run(both())
counts = {}
with pocket.Host(home=home) as host:
    plugins = [host.load(echo), host.load(loop)]
    plugins[0].call("main", 0)
    for turn in range(int(sys.argv[6])):
        action = (load, compile, call, map_, acall)[turn % 5]
        armed = True
        def interrupt():
            if armed:
                signal.pthread_kill(main, signal.SIGINT)
        timer = threading.Timer(chance.random() ** 2 * 0.06, interrupt)
        try:
            timer.start()
            action()
        except KeyboardInterrupt:
            counts[action.__name__] = counts.get(action.__name__, 0) + 1
        except pocket.PocketError as error:
            counts[type(error).__name__] = counts.get(type(error).__name__, 0) + 1
        try:
            armed = False
            timer.join()
        except KeyboardInterrupt:
            timer.join()
        if plugins[0].call("main", turn).output["input"] != turn:
            sys.exit("wrong answer")
gc.collect()
links = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2
         and os.path.exists(f"/proc/self/fd/{fd}")]
print(json.dumps({"counts": counts, "children": children(), "links": links}))
"""


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param(50, id="50 times Ctrl-C"),
        pytest.param(300, id="300 times Ctrl-C", marks=pytest.mark.slow),
    ],
)
def test_ctrl_c(siege: Siege, tmp_path: Path, turns: int) -> None:
    echo = siege.folder("echo", name="echo", permissions={})
    loop = siege.folder("loop", name="loop", permissions={"cpu": "1h", "timeout": "2s"})
    large = siege.folder(modules.functions(3000), name="large")
    home = tmp_path / "home"
    command = [sys.executable, "-c", INTERRUPTED, str(home), str(echo), str(loop), str(large)]
    said: list[dict[str, object]] = []

    def attack() -> bool:
        done = subprocess.run(
            [*command, str(turns), str(turns)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        said.append(json.loads(done.stdout))
        assert said[0]["children"] == 0, said
        # Known: Ctrl-C between an os.open or os.pipe and the `try` behind it costs a descriptor.
        assert len(said[0]["links"]) <= 2 + turns // 30, said  # type: ignore[arg-type]
        return True

    siege.answers(attack, True, by="host: KeyboardInterrupt, SIGKILL", within_s=110)
    siege.row.ended_as = json.dumps(said[0]["counts"])


def test_fork_after_load(siege: Siege) -> None:
    plugin = siege.load("echo")
    plugin.call("main", None)
    pid = plugin.pid

    def attack() -> bool:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                same = plugin.call("main", 1).output == plugin.call("main", 1).output
                status = 0 if same and plugin.pid != pid else 2
                plugin.close()
            finally:
                os._exit(status)
        answers = [plugin.call("main", turn).usage.memory_bytes > 0 for turn in range(50)]
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return all(answers) and code == 0 and plugin.pid == pid

    siege.answers(attack, True, by="host: a worker of its own")


def _in_threads(count: int, work: Callable[[int], None]) -> list[BaseException]:
    raised: list[BaseException] = []

    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_threads_calling_one_plugin_from_all_sides(siege: Siege) -> None:
    with pocket.Host(home=siege.host.store.home) as host:
        plugin = host.load(siege.folder("echo", permissions={}))

        def work(number: int) -> None:
            for turn in range(20):
                value = [number, turn]
                if number % 3 == 0:
                    outputs = [r.output["input"] for r in plugin.map("main", [value, value])]  # type: ignore[index,call-overload]
                    assert outputs == [value, value]
                elif number % 3 == 1:
                    answer = asyncio.run(plugin.acall("main", value))
                    assert answer.output["input"] == value  # type: ignore[index,call-overload]
                else:
                    if turn == 10:
                        for pid in plugin.pids:
                            os.kill(pid, signal.SIGKILL)
                    try:
                        assert plugin.call("main", value).output["input"] == value  # type: ignore[index,call-overload]
                    except pocket.PluginCrashed:
                        continue

        def attack() -> set[str]:
            raised = _in_threads(12, work)
            host.close()
            return {type(error).__name__ for error in raised} - {"PluginCrashed"}

        siege.answers(attack, set(), by="host: one call at a time", within_s=30)


def test_close_during_calls(siege: Siege) -> None:
    folder = siege.folder("loop", permissions=LASTING)
    idle = siege.folder("echo", name="echo", permissions={})

    def attack() -> set[str]:
        names: set[str] = set()
        for _ in range(10):
            host = pocket.Host(home=siege.host.store.home)
            plugins = [host.load(folder), host.load(idle)]

            def work(number: int, plugins: list[pocket.Plugin] = plugins) -> None:
                while True:
                    plugins[number % 2].call("main", None)

            closer = threading.Timer(0.05, host.close)
            closer.start()
            names |= {type(error).__name__ for error in _in_threads(6, work)}
            closer.join()
        return names - {"PluginCrashed", "HostClosed"}

    siege.answers(attack, set(), by="host: closed, SIGKILL", within_s=30)


def test_a_plugin_that_crashes_at_every_start(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_s = [0.0]
    monkeypatch.setattr(quarantine, "monotonic", lambda: time.monotonic() + passed_s[0])
    folder = siege.folder("trap_in_start", name="crasher")

    def attack() -> None:
        for _ in range(200):
            try:
                siege.host.load(folder)
            except pocket.PluginCrashed:
                continue
            except pocket.PluginQuarantined as error:
                if "is in quarantine" in str(error):
                    raise
                passed_s[0] += 1.0

    siege.fails(attack, pocket.PluginQuarantined)
    assert siege.evidence.failures == ["trap"] * MOST_FAILURES


def test_compiling_does_not_keep_other_threads_from_their_plugins(siege: Siege) -> None:
    slow = siege.folder(modules.giant_function(7_000_000), name="slow")
    with (
        pocket.Host(home=siege.root / "home of one") as one,
        pocket.Host(home=siege.host.store.home) as other,
    ):
        plugin = other.load(siege.folder("trap", permissions=QUICK))
        waited: list[float] = []

        def crash() -> None:
            """Need a new worker for each call, in the very host that compiles."""
            for _ in range(20):
                begun = time.monotonic()
                with pytest.raises(pocket.PluginCrashed):
                    plugin.call("main", None)
                waited.append(time.monotonic() - begun)

        def work(number: int) -> None:
            if number == 0:
                monkey_home = other._cache
                other._cache = one._cache
                other.load(slow)
                other._cache = monkey_home
            else:
                time.sleep(0.1)
                crash()

        def attack() -> list[BaseException]:
            raised = _in_threads(2, work)
            one.close()
            other.close()
            return raised

        siege.answers(attack, [], by="host: only spawning is in turn", within_s=30)
    assert max(waited) < 1.5, waited


def test_a_host_that_ignores_sigchld(siege: Siege) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        plugin = siege.load("loop")
        siege.fails(
            lambda: plugin.call("main", None), pocket.CpuLimitExceeded, pocket.PluginCrashed
        )
    finally:
        signal.signal(signal.SIGCHLD, before)
