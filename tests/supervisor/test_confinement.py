"""What the kernel holds a worker to, seen from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Load
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor.binary import find_worker


@pytest.fixture
def process(load: Load) -> Path:
    plugin = load("echo", permissions={"memory": "32MB"})
    plugin.call("main", None)
    return Path(f"/proc/{plugin.pid}")


def _status(process: Path) -> dict[str, str]:
    lines = (process / "status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def _limits(process: Path) -> dict[str, tuple[str, str]]:
    lines = (process / "limits").read_text().splitlines()[1:]
    return {line[:26].strip(): (line[26:47].strip(), line[47:68].strip()) for line in lines}


def test_it_cannot_gain_privileges(process: Path) -> None:
    assert _status(process)["NoNewPrivs"] == "1"


def test_its_memory_is_limited_by_the_kernel(process: Path) -> None:
    soft, hard = _limits(process)["Max data size"]
    assert soft == hard
    assert 32 << 20 < int(soft) < (32 << 20) + (512 << 20)
    assert _limits(process)["Max address space"][1] != "unlimited"


def test_its_cpu_time_is_limited_by_the_kernel(process: Path) -> None:
    assert int(_limits(process)["Max cpu time"][0]) < 60


def test_it_leaves_no_core_dump_and_opens_few_files(process: Path) -> None:
    limits = _limits(process)
    assert limits["Max core file size"] == ("0", "0")
    assert int(limits["Max open files"][1]) <= 16


def test_it_holds_three_pipes_and_nothing_of_the_host(process: Path) -> None:
    with Path("/etc/hostname").open() as secret:
        os.set_inheritable(secret.fileno(), True)
        links = {int(fd.name): str(fd.readlink()) for fd in (process / "fd").iterdir()}
    assert all(links[fd].startswith("pipe:") for fd in (0, 1, 2))
    assert not [link for link in links.values() if link.startswith("/etc")]


def test_its_environment_is_empty_and_its_folder_is_the_root(process: Path) -> None:
    assert (process / "environ").read_bytes() == b""
    assert (process / "cwd").readlink() == Path("/")


@pytest.mark.skipif(os.geteuid() == 0, reason="root owns every process in /proc anyway")
def test_it_is_undumpable(process: Path) -> None:
    # An undumpable process belongs to root in /proc (proc(5)).
    assert (process / "environ").stat().st_uid == 0


IN_REAL_TIME = """
import os, sys
try:
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
except PermissionError:
    sys.exit("not permitted")
import pocket
with pocket.Host(home=sys.argv[2]) as host:
    plugin = host.load(sys.argv[1])
    plugin.call("main", None)
    print(os.sched_getscheduler(0) == os.SCHED_RR, os.sched_getscheduler(plugin.pid))
"""


def test_no_worker_is_scheduled_in_real_time(tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
    command = [sys.executable, "-c", IN_REAL_TIME, folder, tmp_path / "home"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if ended.stderr.strip() == "not permitted":
        pytest.skip("this user may not schedule a process in real time")
    assert ended.stdout.split() == ["True", str(os.SCHED_OTHER)], ended.stderr


def test_ctrl_c_on_the_terminal_is_not_for_it(process: Path) -> None:
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    assert int(fields[2]) == int(process.name)


def test_blocked_and_ignored_signals_are_not_inherited(load: Load) -> None:
    before = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    try:
        plugin = load("loop", permissions={"cpu": "100ms"})
        with pytest.raises(pocket.CpuLimitExceeded):
            plugin.call("main", None)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
        signal.signal(signal.SIGPROF, before)


def test_the_worker_says_how_it_is_used() -> None:
    said = subprocess.run([find_worker()], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "usage: pocket-worker" in said.stderr


def test_a_missing_worker_is_an_error_that_lists_every_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POCKET_WORKER", "/nowhere/pocket-worker")
    find_worker.cache_clear()
    with pytest.raises(pocket.WorkerUnavailable, match="/nowhere/pocket-worker"):
        find_worker()
    find_worker.cache_clear()
