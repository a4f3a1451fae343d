"""A plugin that is being compiled or started, when nobody waits for it any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from statistics import median

import pytest
from abuse import modules
from guests.build import guest, plugin_folder

import pocket
from pocket.capability.interruption import Interruption
from pocket.supervisor.binary import find_worker
from supervisor.conftest import cancelled, wait_until

TRIES = 9
SOON_S = 0.1
"""Of half of the tries: the machine may be busy with something else."""
LATEST_S = 2.0
"""Of each of them."""


class SlowWorker:
    """A `pocket-worker` that hangs in one role, until told otherwise."""

    def __init__(self, folder: Path) -> None:
        self._hangs = folder / "hangs"
        self.path = folder / "slow-worker"
        self.path.write_text(
            f'#!/bin/sh\nif [ "$(/bin/cat {self._hangs})" = "$1" ]; then exec /bin/sleep 1000; fi\n'
            f'exec {find_worker()} "$@"\n'
        )
        self.path.chmod(0o755)
        self.hangs_in("")

    def hangs_in(self, role: str) -> None:
        self._hangs.write_text(role)


def children() -> Iterator[tuple[int, str, str]]:
    """Give the id, the name and the line of /proc/pid/stat of every child of this process."""
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            for pid in (task / "children").read_text().split():
                stat = Path(f"/proc/{pid}/stat").read_text()
                yield int(pid), stat.split("(")[1].split(")")[0], stat.rsplit(") ", 1)[1]


def sleeping() -> list[int]:
    """Give the children that hang."""
    return [pid for pid, name, _ in children() if name == "sleep"]


def compiling() -> list[int]:
    """Give the children that compile, and have used CPU time for that."""
    return [
        pid
        for pid, _, stat in children()
        if b"compile" in Path(f"/proc/{pid}/cmdline").read_bytes() and int(stat.split()[11]) > 5
    ]


@pytest.fixture
def slow_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowWorker]:
    worker = SlowWorker(tmp_path)
    monkeypatch.setattr("pocket.supervisor.process.find_worker", lambda: str(worker.path))
    yield worker
    assert sleeping() == []


class Case:
    """A plugin whose next call has to wait for a compiler or a start that hangs."""

    def __init__(self, role: str, folder: Path, worker: SlowWorker) -> None:
        self.home = folder / "home"
        self._folder = plugin_folder(folder, "guest", wasm=guest("echo"), permissions=LONG)
        self._role = role
        self._worker = worker
        with pocket.Host(home=self.home) as host:
            host.load(self._folder)

    def hang(self) -> None:
        self._worker.hangs_in(self._role)
        if self._role == "compile":
            for artifact in self.home.rglob("*.artifact"):
                artifact.unlink()

    def go_on(self) -> None:
        self._worker.hangs_in("")

    def load(self, host: pocket.Host) -> pocket.Plugin:
        return host.load(self._folder)

    def files(self) -> set[Path]:
        return {file for file in self.home.rglob("*") if file.is_file()}


LONG = {"memory": "16MB", "cpu": "1s", "timeout": "60s"}


@pytest.fixture(params=["compile", "serve"])
def case(request: pytest.FixtureRequest, tmp_path: Path, slow_worker: SlowWorker) -> Case:
    return Case(request.param, tmp_path, slow_worker)


def in_thread(function: Callable[[], object]) -> Future[object]:
    """Run in a thread of its own, which no pool waits for."""
    future: Future[object] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001
            future.set_exception(error)

    threading.Thread(target=run).start()
    return future


def answer(plugin: pocket.Plugin, value: str) -> object:
    output = plugin.call("main", value).output
    assert isinstance(output, dict)
    return output["input"]


def interrupted(plugin: pocket.Plugin) -> float:
    interruption = Interruption()
    call = in_thread(lambda: interruption.run(lambda: plugin.call("main", 1, timeout_s=50)))
    wait_until(sleeping)
    begun = time.monotonic()
    interruption.happen()
    error = call.exception(10)
    took = time.monotonic() - begun
    assert isinstance(error, pocket.CallTimeout), error
    return took


def timed_out(plugin: pocket.Plugin) -> float:
    begun = time.monotonic()
    with pytest.raises(pocket.CallTimeout, match="the time was over before it had started"):
        plugin.call("main", 1, timeout_s=0.1)
    return time.monotonic() - begun - 0.1


def cancelled_acall(plugin: pocket.Plugin) -> float:
    return cancelled(plugin, 1, sleeping)


@pytest.mark.parametrize("stop", [interrupted, timed_out, cancelled_acall])
def test_a_call_that_is_stopped_stops_what_it_waits_for(
    case: Case, stop: Callable[[pocket.Plugin], float]
) -> None:
    case.hang()
    before = case.files()
    with pocket.Host(home=case.home) as host:
        plugin = case.load(host)
        took = []
        for _ in range(TRIES):
            took.append(stop(plugin))
            assert sleeping() == []
        assert case.files() == before, "nothing is left in the cache, and no start is counted"
        assert median(took) < SOON_S, took
        assert max(took) < LATEST_S, took
        case.go_on()
        assert answer(plugin, "as ever") == "as ever"


def test_closing_the_host_stops_it(case: Case) -> None:
    took = []
    for _ in range(TRIES):
        case.hang()
        with pocket.Host(home=case.home) as host:
            plugin = case.load(host)
            call = in_thread(lambda plugin=plugin: plugin.call("main", 1))
            wait_until(sleeping)
            begun = time.monotonic()
        assert isinstance(call.exception(10), pocket.HostClosed)
        took.append(time.monotonic() - begun)
        assert sleeping() == []
    assert median(took) < SOON_S, took
    assert max(took) < LATEST_S, took


def test_another_thread_that_waits_for_the_same_goes_on(case: Case) -> None:
    case.hang()
    with pocket.Host(home=case.home, replicas=3) as host:
        plugin = case.load(host)
        interruption = Interruption()
        first = in_thread(lambda: interruption.run(lambda: plugin.call("main", 1, timeout_s=50)))
        wait_until(sleeping)
        second = in_thread(lambda: answer(plugin, "second"))
        third = in_thread(lambda: plugin.call("main", 3, timeout_s=0.2))
        # The third waits for the turn of the first, and gives up.
        assert isinstance(third.exception(10), pocket.CallTimeout)
        assert not first.done()
        assert not second.done()
        case.go_on()
        interruption.happen()
        assert isinstance(first.exception(10), pocket.CallTimeout)
        assert second.result(10) == "second"


def test_a_stream_that_is_stopped_stops_the_start_of_its_worker(
    tmp_path: Path, slow_worker: SlowWorker
) -> None:
    folder = plugin_folder(tmp_path, "guest", wasm=guest("stream_copy"), permissions=LONG)
    with pocket.Host(home=tmp_path / "home") as host:
        host.load(folder)
    slow_worker.hangs_in("serve")
    with pocket.Host(home=tmp_path / "home") as host:
        plugin = host.load(folder)
        stream = plugin.stream(next(iter(plugin.nodes)), [b"chunk"])
        reading = in_thread(lambda: next(stream))
        wait_until(sleeping)
        begun = time.monotonic()
        stream.stop()
        assert isinstance(reading.exception(10), pocket.CallTimeout)
        assert time.monotonic() - begun < LATEST_S
        assert sleeping() == []
        late = plugin.stream(next(iter(plugin.nodes)), [b"chunk"], timeout_s=0.1)
        with pytest.raises(pocket.CallTimeout, match="the time was over"):
            next(late)


def test_the_compiler_itself_is_stopped_in_the_middle_of_its_work(tmp_path: Path) -> None:
    folder = plugin_folder(
        tmp_path, "large", wasm=modules.giant_function(7_000_000), permissions=LONG
    )
    with pocket.Host(home=tmp_path / "home") as host:
        interruption = Interruption()
        loading = in_thread(lambda: interruption.run(lambda: host.load(folder)))
        wait_until(compiling)
        begun = time.monotonic()
        interruption.happen()
        assert isinstance(loading.exception(10), pocket.CallTimeout)
        assert time.monotonic() - begun < LATEST_S
        assert compiling() == []
    assert not [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
