"""The sandbox is complete before anything of a plugin runs or is read."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor.process import Process

FILTERED = "2"
"""SECCOMP_MODE_FILTER, as /proc/PID/status has it."""
WAIT_S = 10.0


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _workers() -> Iterator[int]:
    """Give the processes that this one has started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = _status(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            if status["PPid"] == str(os.getpid()) and status["Name"] == "pocket-worker":
                yield int(entry.name)


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11])


@pytest.mark.parametrize("name", ["loop_in_start", "loop_in_initialize"])
def test_a_guests_own_start_runs_in_the_whole_sandbox(name: str, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "guest", wasm=guest(name))
    raised: list[Exception] = []

    def load() -> None:
        with pocket.Host(home=tmp_path / "home") as host:
            try:
                host.load(folder)
            # On a busy machine its time is over before its CPU time.
            except (pocket.CpuLimitExceeded, pocket.CallTimeout) as error:
                raised.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    seen = None
    while seen is None and thread.is_alive():
        # Half a second of CPU time is the guest's loop: no other part takes as long.
        busy = [pid for pid in _workers() if _cpu_ticks(pid) > 50]
        seen = _status(busy[0]) if busy else None
        sleep(0.01)
    thread.join()
    assert raised
    assert seen is not None
    assert seen["Seccomp"] == FILTERED
    assert seen["NoNewPrivs"] == "1"
    assert seen["Threads"] == "1"


@pytest.mark.parametrize("role", ["compile", "symbolise"])
def test_who_reads_a_module_is_confined_before_it_has_read_a_byte(role: str) -> None:
    process = Process(role)
    try:
        deadline = monotonic() + WAIT_S
        while _status(process.pid)["Seccomp"] != FILTERED:
            assert monotonic() < deadline, "it waits for its module without a filter"
            sleep(0.001)
        threads = Path(f"/proc/{process.pid}/task")
        assert {_status(int(task.name))["Seccomp"] for task in threads.iterdir()} == {FILTERED}
    finally:
        process.end()
