"""A stream that ends in the middle leaves nothing: no file, no descriptor, no thread."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

import pocket
from pocket.plugin.package import read_package

ROOT = Path(__file__).parents[2]
DEADLINE_S = 20
LONG_BYTES = 1 << 40
"""Of a file that is all hole, which no stream comes to the end of."""
STREAM = "stream: {from: long, to: out, max_bytes: 50GB}"
COPY = f"""\
name: copy
nodes:
  - name: it
    type: copy/main
    {STREAM}
"""


@pytest.fixture
def folder(host: pocket.Host, tmp_path: Path) -> Path:
    """A folder with a file that is too long to be copied, over another one."""
    package = read_package(plugin_folder(tmp_path, "copy", wasm=guest("stream_copy")))
    host.store.install(package, replace=True)
    with (tmp_path / "long").open("wb") as file:
        file.truncate(LONG_BYTES)
    (tmp_path / "out").write_text("old")
    (tmp_path / "w.yaml").write_text(COPY)
    # What a first stream makes once for all is of no other.
    with host.load("copy").stream("main", [b"x"]) as stream:
        stream.result()
    return tmp_path


@contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    files, descriptors = _names(folder), _descriptors()
    yield
    assert _names(folder) == files
    assert (folder / "out").read_text() == "old"
    until = time.monotonic() + DEADLINE_S
    # The last of a thread that was told to end is done a moment later.
    while _threads() or _descriptors() > descriptors:
        assert time.monotonic() < until, (_threads(), _descriptors(), descriptors)
        time.sleep(0.001)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _threads() -> list[threading.Thread]:
    """Give those that only a stream or a task would have begun."""
    names = ("pocket-stream", "pocket-task")
    return [thread for thread in threading.enumerate() if thread.name.startswith(names)]


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _wait_until_it_writes(folder: Path, goes_on: Callable[[], bool], pid: int | str) -> None:
    until = time.monotonic() + DEADLINE_S
    while not any(_is_being_written(fd, folder) for fd in Path(f"/proc/{pid}/fd").iterdir()):
        assert goes_on()
        assert time.monotonic() < until
        time.sleep(0.001)


def _is_being_written(fd: Path, folder: Path) -> bool:
    """Tell whether it is a file with something in it that has no name yet, or one of Pocket's."""
    with suppress(FileNotFoundError):
        path = str(fd.readlink())
        unfinished = path.endswith(" (deleted)") or "/.pocket-" in path
        return path.startswith(f"{folder}/") and unfinished and fd.stat().st_size > 0
    return False


def _run_until(workflow: pocket.Workflow, folder: Path, end: Callable[[], object]) -> Exception:
    """End a run once its stream writes; give what it ended with."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            workflow.run(None)
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    _wait_until_it_writes(folder, thread.is_alive, "self")
    end()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    [error] = errors
    return error


def test_a_worker_that_is_killed(host: pocket.Host, folder: Path) -> None:
    workflow = pocket.Workflow.load(folder / "w.yaml", host=host)

    def kill_worker() -> None:
        [worker] = host.load("copy").pids
        os.kill(worker, signal.SIGKILL)

    with nothing_left(folder):
        error = _run_until(workflow, folder, kill_worker)
        assert isinstance(error, pocket.PluginCrashed)


def test_a_host_that_is_closed(host: pocket.Host, folder: Path) -> None:
    workflow = pocket.Workflow.load(folder / "w.yaml", host=host)
    with nothing_left(folder):
        error = _run_until(workflow, folder, host.close)
        assert isinstance(error, pocket.PluginCrashed)


def test_a_node_whose_time_is_over(host: pocket.Host, folder: Path) -> None:
    (folder / "w.yaml").write_text(COPY + "    timeout: 100ms\n")
    workflow = pocket.Workflow.load(folder / "w.yaml", host=host)
    with nothing_left(folder), pytest.raises(pocket.NodeTimeout):
        workflow.run(None)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_command_that_is_ended(
    host: pocket.Host, folder: Path, shared_home: Path, number: signal.Signals, code: int
) -> None:
    before = _names(folder)
    with subprocess.Popen(
        [sys.executable, "-m", "pocket.cli.main", "run", "w.yaml"],
        cwd=folder,
        env=os.environ | {"POCKET_HOME": str(shared_home), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        _wait_until_it_writes(folder, lambda: command.poll() is None, command.pid)
        command.send_signal(number)
        assert command.communicate(timeout=DEADLINE_S) == ("", "")
        assert command.returncode == code
    assert _names(folder) == before
    assert (folder / "out").read_text() == "old"


def test_a_reader_that_is_cancelled(host: pocket.Host, folder: Path) -> None:
    plugin = host.load("copy")
    kept: list[pocket.AsyncStream] = []

    async def read() -> None:
        with (folder / "long").open("rb") as file:
            async with plugin.astream("main", file) as stream:
                kept.append(stream)
                await anext(stream)
                task = asyncio.create_task(stream.result())
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    # The first one begins the thread that starts workers.
    asyncio.run(read())
    with nothing_left(folder):
        asyncio.run(read())
