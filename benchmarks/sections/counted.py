"""What can be counted of a call: system calls, page faults, context switches, instructions."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from time import sleep
from typing import Any

import pocket
from pocket.bench.footprint import counters
from pocket.bench.system_calls import NotCounted, count_events, count_system_calls
from sections.cold_start import CASES, PLUGINS

NAME = "counted"
CALLS = 1000
SETTLE_S = 0.002


def measure() -> dict[str, Any]:
    """Count for the plugins of both languages, and say what cannot be counted."""
    found: dict[str, Any] = {}
    with pocket.Host() as host:
        for name, (folder, node, value) in CASES.items():
            plugin = host.load(PLUGINS / folder)
            call = plugin.prepare(node)

            def work(call: Any = call, value: Any = value) -> None:
                for _ in range(CALLS):
                    call(value)

            work()
            pid = plugin.pid or 0
            found[name] = {
                **_counters(pid, work),
                "system calls of the worker": _system_calls(pid, work),
                "system calls of the host": _system_calls(os.getpid(), work),
                "instructions of the worker": _instructions(pid, work),
            }
    return found


def _counters(pid: int, work: Callable[[], None]) -> dict[str, Any]:
    sleep(SETTLE_S)
    before = counters(pid)
    work()
    sleep(SETTLE_S)
    after = counters(pid)
    return {
        "page faults of the worker": (after.page_faults - before.page_faults) / CALLS,
        "context switches of the worker": (after.switches - before.switches) / CALLS,
    }


def _system_calls(pid: int, work: Callable[[], None]) -> Any:
    try:
        counts = count_system_calls(pid, work)
    except NotCounted as error:
        return f"missing: {error}"
    return {name: count / CALLS for name, count in counts.items() if count * 100 > CALLS}


def _instructions(pid: int, work: Callable[[], None]) -> Any:
    event = "instructions:u"
    counted = count_events(pid, work, [event])
    return counted[event] / CALLS if counted else "missing: perf cannot count them here"


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    counts = list(next(iter(found.values())))
    rows = [
        f"| {count} | {' | '.join(_cell(counted[count]) for counted in found.values())} |"
        for count in counts
    ]
    head = (f"| for one call | {' | '.join(found)} |", f"|---|{'---|' * len(found)}")
    return ["## Counted cost", "", *head, *rows]


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        parts = ", ".join(f"{name} {count:.1f}" for name, count in value.items())
        return f"{sum(value.values()):.1f}: {parts}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
