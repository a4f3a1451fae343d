"""Another version takes the place of a loaded plugin, and no call is lost."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import prometheus_client
import pytest
from guests.build import guest, plugin_folder, saying
from guests.javascript import javascript

import pocket
import pocket.metrics
from pocket.plugin.package import read_package
from supervisor.conftest import PATIENT, wait_until

Install = Callable[[bytes], None]
OLD, NEW = (b'{"success":true,"output":"%b"}' % version for version in (b"old", b"new"))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[pocket.Host]:
    with pocket.Host(home=tmp_path / "home") as host:
        yield host


@pytest.fixture
def install(host: pocket.Host, tmp_path: Path) -> Install:
    """Install a wasm as the plugin `guest`, over the one that is there."""
    versions = iter(range(1000))

    def install(wasm: bytes) -> None:
        root = tmp_path / str(next(versions))
        folder = plugin_folder(root, "guest", wasm=wasm, permissions=PATIENT)
        host.store.install(read_package(folder), replace=True)

    return install


def gone(pids: tuple[int, ...]) -> Callable[[], bool]:
    return lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_live_host_has_the_old_version_until_it_is_reloaded(
    host: pocket.Host, install: Install
) -> None:
    install(saying(OLD))
    old = host.load("guest")
    install(saying(NEW))
    assert host.load("guest") is old
    assert old.call("main", None).output == "old"
    new = host.reload("guest")
    assert new.call("main", None).output == "new"
    assert host.load("guest") is new
    assert host.plugins == (new,)


def test_whoever_has_the_old_one_is_answered_by_it_and_its_workers_end(
    host: pocket.Host, install: Install
) -> None:
    install(saying(OLD))
    old = host.load("guest")
    ready = old.prepare("main")
    install(saying(NEW))
    host.reload("guest")
    assert ready(None).output == "old"
    pids = old.pids
    assert pids
    wait_until(gone(pids))
    assert ready(None).output == "old"
    wait_until(lambda: not old.pids)


def test_no_call_is_lost_however_often_another_version_comes(
    host: pocket.Host, install: Install
) -> None:
    install(saying(OLD))
    over = threading.Event()
    began = threading.Barrier(4)
    lost: list[BaseException] = []
    answers: list[set[object]] = []

    def again_and_again(call: Callable[[], object]) -> None:
        seen = set()
        began.wait()
        try:
            while not over.is_set():
                seen.add(call())
        except BaseException as error:  # noqa: BLE001
            lost.append(error)
        answers.append(seen)

    def one() -> object:
        return host.load("guest").call("main", None).output

    def many() -> object:
        (output,) = {str(it.output) for it in host.load("guest").map("main", [None] * 50)}
        return output

    def from_asyncio() -> object:
        return asyncio.run(host.load("guest").acall("main", None)).output

    threads = [
        threading.Thread(target=again_and_again, args=(call,)) for call in (one, many, from_asyncio)
    ]
    for thread in threads:
        thread.start()
    began.wait()
    for turn in range(20):
        install(saying(NEW if turn % 2 == 0 else OLD))
        host.reload("guest")
    over.set()
    for thread in threads:
        thread.join()
    assert not lost
    assert all(seen <= {"old", "new"} for seen in answers)


def test_a_call_and_a_stream_that_are_under_way_end_well(
    host: pocket.Host, install: Install
) -> None:
    install(guest("stream_copy"))
    old = host.load("guest")
    stream = old.stream("main", [b"a", b"b"])
    first = next(stream)
    install(saying(NEW))
    host.reload("guest")
    assert first + b"".join(stream) == b"ab"
    assert stream.result().output == 2
    wait_until(lambda: not old.pids)


@pytest.mark.parametrize(
    "wasm", [b"\0asm\1\0\0\0", guest("exit_in_initialize")], ids=["empty", "fails"]
)
def test_a_version_that_does_not_start_leaves_the_old_one_in_its_place(
    host: pocket.Host, install: Install, wasm: bytes
) -> None:
    install(saying(OLD))
    old = host.load("guest")
    pids = old.pids
    install(wasm)
    with pytest.raises(pocket.PocketError):
        host.reload("guest")
    assert host.load("guest") is old
    assert old.pids == pids
    assert old.call("main", None).output == "old"


def test_it_has_as_many_workers_as_the_old_one_and_may_have_as_many(
    host: pocket.Host, install: Install
) -> None:
    install(saying(OLD))
    old = host.load("guest", replicas=3)
    old.prewarm(2)
    install(saying(NEW))
    new = host.reload("guest")
    assert len(new.pids) == 2
    assert new.replicas == 3


def test_what_is_not_loaded_is_loaded(host: pocket.Host, install: Install) -> None:
    install(saying(OLD))
    assert host.reload("guest").call("main", None).output == "old"
    with pytest.raises(pocket.PluginNotFound):
        host.reload("guests")


def test_a_reload_asks_the_policy_as_it_is_now(host: pocket.Host, install: Install) -> None:
    install(saying(OLD))
    host.load("guest")
    (host.store.home / "policy.yaml").write_text("plugins: {deny: [guest]}\n")
    with pytest.raises(pocket.PermissionDenied):
        host.reload("guest")
    assert host.load("guest").call("main", None).output == "old"


def test_closing_the_host_ends_workers_of_the_old_one(host: pocket.Host, install: Install) -> None:
    install(javascript("await new Promise(() => {}); "))
    old = host.load("guest")
    raised: list[BaseException] = []

    def call() -> None:
        try:
            old.call("main", None)
        except pocket.PocketError as error:
            raised.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    wait_until(lambda: old.pids)
    pids = old.pids
    install(saying(NEW))
    host.reload("guest")
    host.close()
    thread.join(10)
    assert len(raised) == 1
    assert gone(pids)()
    with pytest.raises(pocket.HostClosed):
        old.call("main", None)


def test_counts_go_on(host: pocket.Host, install: Install) -> None:
    registry = prometheus_client.CollectorRegistry()
    registry.register(pocket.metrics.collector(host))

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"pocket_{name}", {"plugin": "guest", **labels})

    install(saying(OLD))
    old = host.load("guest")
    old.call("main", None)
    install(saying(NEW))
    host.reload("guest").call("main", None)
    assert value("calls_total", outcome="ok") == 2
    assert value("worker_starts_total") == 2
    wait_until(lambda: value("workers_reaped_total") == 1)
    old.call("main", None)
    assert value("calls_total", outcome="ok") == 3


def test_a_forked_child_leaves_the_old_one_to_its_parent(
    host: pocket.Host, install: Install
) -> None:
    install(saying(OLD))
    old = host.load("guest")
    ready = old.prepare("main")
    ready(None)
    install(saying(NEW))
    host.reload("guest")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if old.pids == () and ready(None).output == "old" else 2
            host.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert ready(None).output == "old"


def test_a_workflow_has_what_was_loaded_when_it_was(
    host: pocket.Host, install: Install, tmp_path: Path
) -> None:
    install(saying(OLD))
    file = tmp_path / "w.yaml"
    file.write_text("name: w\nstart: say\nnodes:\n  - {name: say, type: main}\n")
    before = pocket.Workflow.load(file, host=host)
    install(saying(NEW))
    host.reload("guest")
    assert before.run(None).output == "old"
    assert pocket.Workflow.load(file, host=host).run(None).output == "new"
