"""A worker that was taken over: what its host stands against, and what the kernel refuses it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

import pocket
from abuse.conftest import TakeOver, stand_ins
from abuse.siege import Siege

SCENARIOS = {
    "a flood of stderr": ("stderr_flood", pocket.CallTimeout),
    "writes to every descriptor": ("writes_to_every_fd", pocket.ProtocolViolation),
    "pipes made blocking": ("blocks_the_pipes", pocket.CallTimeout),
    "all signals ignored and blocked": ("ignores_signals", pocket.CallTimeout),
    "an abort, and its core": ("aborts", pocket.PluginCrashed),
    "every descriptor closed": ("closes_everything", pocket.PluginCrashed),
    "a child that holds the pipes": ("child_holds_the_pipes", pocket.CallTimeout),
    "fifty children": ("fifty_children", pocket.CallTimeout),
}


@pytest.mark.parametrize(("scenario", "error"), SCENARIOS.values(), ids=SCENARIOS)
def test_on_the_hosts_side(
    siege: Siege,
    take_over: TakeOver,
    hostile_worker: Path,
    scenario: str,
    error: type[pocket.PocketError],
) -> None:
    plugin = take_over(scenario)
    siege.fails(lambda: plugin.call("main", None), error)
    _wait_for_none(hostile_worker)


def test_pipes_made_non_blocking_and_appending(siege: Siege, take_over: TakeOver) -> None:
    plugin = take_over("unblocks_the_pipes")
    siege.answers(lambda: [plugin.call("main", None).output for _ in range(2)], [1, 1])


def test_a_grandchild_in_a_session_of_its_own_holds_the_pipes(
    siege: Siege, take_over: TakeOver, hostile_worker: Path
) -> None:
    # Nothing but seccomp keeps a process from leaving its group; the stand-in has none.
    plugin = take_over("grandchild_in_a_session")
    siege.fails(lambda: plugin.call("main", None), pocket.CallTimeout)
    for pid in stand_ins(hostile_worker):
        os.kill(pid, signal.SIGKILL)
    _wait_for_none(hostile_worker)


def _wait_for_none(program: Path) -> None:
    until = time.monotonic() + 5
    while left := stand_ins(program):
        assert time.monotonic() < until, f"still running: {left}"
        time.sleep(0.01)
