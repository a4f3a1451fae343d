"""A worker is moved off the core of the thread that waits for it, and is free to run anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Load

from pocket.supervisor import placement


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")
def test_a_worker_on_its_hosts_core_is_moved_now_and_then(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted: list[tuple[int, int]] = []

    def part(pid: int, core: int) -> None:
        parted.append((pid, core))

    monkeypatch.setattr(placement, "part", part)
    plugin = load("echo")
    plugin.call("main", 0)
    cores = os.sched_getaffinity(0)
    core = min(cores)
    assert plugin.pid is not None
    try:
        os.sched_setaffinity(0, {core})
        os.sched_setaffinity(plugin.pid, {core})
        parted.clear()  # the first call may have met its worker on another core
        for turn in range(200):
            assert plugin.call("main", turn).output["input"] == turn
    finally:
        os.sched_setaffinity(0, cores)
    assert set(parted) == {(plugin.pid, core)}
    assert len(parted) <= 1 + 200 / placement.MOVE_EVERY


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")
def test_a_busy_process_on_the_same_core_goes_to_another_one() -> None:
    cores = os.sched_getaffinity(0)
    core = min(cores)
    child = os.fork()
    if child == 0:
        while True:
            pass
    try:
        os.sched_setaffinity(child, {core})
        os.sched_setaffinity(0, {core})
        stat = Path(f"/proc/{child}/stat")
        while _core(stat) != core:
            pass
        os.sched_setaffinity(child, cores)
        placement.part(child, core)
        assert _core(stat) != core
        assert os.sched_getaffinity(child) == cores
    finally:
        os.sched_setaffinity(0, cores)
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_a_worker_that_is_gone_is_nobodys_trouble() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    placement.part(child, 0)


def _core(stat: Path) -> int:
    """Give the core that a task ran on last (proc(5), field 39 of stat)."""
    return int(stat.read_bytes().rpartition(b")")[2].split()[36])
