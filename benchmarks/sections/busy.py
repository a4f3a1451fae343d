"""Calls while every core has other work: looking for a reply must not cost more than sleeping."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Self

from sections.cold_start import PLUGINS

NAME = "busy"
SECONDS = 2.0
ROUNDS = 5
MODES = ("looking", "sleeping")

_CALLS = """
import os, sys, time
cores = os.sched_getaffinity(0)
if sys.argv[1] == "sleeping":
    os.sched_setaffinity(0, {min(cores)})  # who has one core never looks
import pocket
with pocket.Host() as host:
    plugin = host.load(sys.argv[2])
    call = plugin.prepare("statistics")
    call({"numbers": [3, 1, 4, 1, 5, 9, 2, 6]})
    for pid in (0, plugin.pid):
        os.sched_setaffinity(pid, cores)
    for line in sys.stdin:
        count, end = 0, time.perf_counter() + float(line)
        while time.perf_counter() < end:
            call({"numbers": [3, 1, 4, 1, 5, 9, 2, 6]})
            count += 1
        print(count, flush=True)
"""
_WORK = """
import sys, time
for line in sys.stdin:
    count, end = 0, time.perf_counter() + float(line)
    while time.perf_counter() < end:
        count += sum(range(1000)) > 0
    print(count, flush=True)
"""


class _Process:
    """A Python process that counts what it gets done when it is told to."""

    def __init__(self, script: str, *arguments: str) -> None:
        argv = [sys.executable, "-c", script, *arguments]
        self._process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self) -> None:
        assert self._process.stdin
        print(SECONDS, file=self._process.stdin, flush=True)

    def count(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def measure() -> dict[str, Any]:
    """Count calls, and what else got done, with both ways to wait, in turns."""
    found: dict[str, Any] = {mode: {"calls": [], "work": []} for mode in MODES}
    with ExitStack() as stack:
        work = [stack.enter_context(_Process(_WORK)) for _ in os.sched_getaffinity(0)]
        plugin = str(PLUGINS / "statistics")
        hosts = {mode: stack.enter_context(_Process(_CALLS, mode, plugin)) for mode in MODES}
        for _ in range(ROUNDS):
            for mode, host in hosts.items():
                for process in (host, *work):
                    process.begin()
                found[mode]["calls"].append(host.count() / SECONDS)
                found[mode]["work"].append(sum(one.count() for one in work) / SECONDS)
    return found


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    middle = {
        mode: {what: float(taken["p50"]) for what, taken in of.items()}
        for mode, of in found.items()
    }
    calls = middle["looking"]["calls"] / middle["sleeping"]["calls"]
    work = middle["looking"]["work"] / middle["sleeping"]["work"]
    rows = [f"| {mode} | {of['calls']:,.0f} | {of['work']:,.0f} |" for mode, of in middle.items()]
    return [
        "## Calls while every core has other work",
        "",
        "| waiting by | calls/s | other work/s |",
        "|---|---|---|",
        *rows,
        f"| ratio | {calls:.2f} | {work:.2f} |",
    ]
