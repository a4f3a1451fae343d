"""How right `Result.usage` is, and what the system calls for it cost."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import CLOCK_PROCESS_CPUTIME_ID, clock_gettime_ns, perf_counter_ns
from typing import Any

from peers.peer import NUMBERS
from peers.plugins import TESTS

import pocket
from pocket.bench.system_calls import NotCounted, count_system_calls
from sections.cold_start import PLUGINS

NAME = "usage"
CALLS = 2000
CLOCKS = ("clock_gettime", "times")
"""`getrusage` is not for the usage: the reset asks it for page faults."""


def measure() -> dict[str, Any]:
    """Hold the usage of a guest that times itself against its own answer, and count clock calls."""
    sys.path.insert(0, str(TESTS))
    from guests.build import guest, plugin_folder

    with tempfile.TemporaryDirectory() as folder, pocket.Host() as host:
        busy = host.load(plugin_folder(Path(folder), "busy", wasm=guest("busy")))
        results = [busy.call("main", None) for _ in range(CALLS)]
        plugin = host.load(PLUGINS / "statistics")
        call = plugin.prepare("statistics")

        def work() -> None:
            for _ in range(CALLS):
                call(NUMBERS)

        work()
        try:
            counts: Any = {
                name: count / CALLS
                for name, count in count_system_calls(plugin.pid or 0, work).items()
                if name in CLOCKS
            }
        except NotCounted as error:
            counts = f"missing: {error}"
    return {
        # Usage and answer are of different clocks' readings: both within the call.
        "wrong_us": [result.usage.wall_us - result.output / 1000 for result in results],
        "clock_calls": counts,
        "clock_call_us": _clock_call_us(),
    }


def _clock_call_us() -> list[float]:
    """Time a clock that takes a system call, as this program sees it."""
    times = []
    for _ in range(200):
        begun = perf_counter_ns()
        for _ in range(100):
            clock_gettime_ns(CLOCK_PROCESS_CPUTIME_ID)
        times.append((perf_counter_ns() - begun) / 1e5)
    return times


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    counts, one_us = found["clock_calls"], found["clock_call_us"]["p50"]
    if isinstance(counts, str):
        cost, many = counts, ""
    else:
        many = f" ({sum(counts.values()):.2f} a call, of {one_us:.2f} us each)"
        cost = f"{sum(counts.values()) * one_us:.2f}"
    wrong = found["wrong_us"]
    return [
        "## Result.usage",
        "",
        "| | us | target |",
        "|---|---|---|",
        f"| wall time beyond what the guest itself measured, p50 | {wrong['p50']:.2f} | within 1 |",
        f"| the same of the quickest tenth | {wrong['p10']:.2f} | within 1 |",
        f"| system calls that read clocks in the worker{many} | {cost} | 0.3 |",
    ]
