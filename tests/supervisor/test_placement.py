"""A worker is moved off the core of the thread that waits for it, and is free to run anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Load

from pocket.supervisor import placement


def test_a_worker_may_run_on_every_core_that_its_host_may(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted: list[int] = []
    real = placement.part

    def part(pid: int) -> None:
        parted.append(pid)
        real(pid)

    monkeypatch.setattr("pocket.supervisor.worker.SPINS", True)
    monkeypatch.setattr("pocket.supervisor.worker.part", part)
    plugin = load("echo")
    for turn in range(300):
        assert plugin.call("main", turn).output["input"] == turn
    assert parted == [plugin.pid] * 2
    assert os.sched_getaffinity(plugin.pid or 0) == os.sched_getaffinity(0)


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
        while placement._core(stat) != core:
            pass
        os.sched_setaffinity(child, cores)
        placement.part(child)
        assert placement._core(stat) != core
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
    placement.part(child)
