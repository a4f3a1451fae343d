"""What the sandbox costs: cold starts and warm calls with all layers, and with two left out.

Both sides take turns within one run, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter_ns

import pocket
from pocket.supervisor.program import Program
from pocket.supervisor.sandbox import NAMESPACES, UNSAFE_WITHOUT
from pocket.supervisor.worker import Worker

PLUGIN = Path(__file__).resolve().parents[1] / "examples" / "plugins" / "statistics"
REQUEST = (
    b'{"node":"statistics","function":"run","config":{},"input":{"numbers":[1,2,3,4]},'
    b'"prepResult":null,"execResult":null}'
)
TIMEOUT_S = 5.0
BLOCK = 50
"""Warm calls in a row of one side, before it is the other's turn."""
PAIRS = 20

ALL, BARE, APART = "all layers", "without landlock and seccomp", "all layers and namespaces"
SIDES = {
    ALL: {},
    BARE: {UNSAFE_WITHOUT: "landlock,seccomp"},
    APART: {NAMESPACES: "1"},
}


def choose(side: str) -> None:
    """Make the next worker start with one side's layers."""
    for name in (UNSAFE_WITHOUT, NAMESPACES):
        os.environ.pop(name, None)
    os.environ.update(SIDES[side])


def start(program: Program, side: str) -> Worker:
    """Start a worker and wait for its first result."""
    choose(side)
    worker = program.start_worker()
    worker.call(REQUEST, TIMEOUT_S)
    return worker


def microseconds(work: Callable[[], object]) -> float:
    """Time one piece of work."""
    begun = perf_counter_ns()
    work()
    return (perf_counter_ns() - begun) / 1000


def cold_starts(program: Program, count: int) -> dict[str, list[float]]:
    """Time spawn to first result, each side in turn."""
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    for _ in range(count):
        for side, found in times.items():
            begun = perf_counter_ns()
            worker = start(program, side)
            found.append((perf_counter_ns() - begun) / 1000)
            worker.end()
    return times


def warm_calls(program: Program, count: int) -> dict[str, list[float]]:
    """Time calls of workers that have started before, in blocks that alternate.

    Where the scheduler puts a worker makes more of a difference than the sandbox does, and it stays
    there; so there are several pairs.
    """
    times: dict[str, list[float]] = {side: [] for side in (ALL, BARE)}
    for _ in range(PAIRS):
        workers = {side: start(program, side) for side in times}
        for _ in range(count // PAIRS // BLOCK):
            for side, worker in workers.items():
                call = partial(worker.call, REQUEST, TIMEOUT_S)
                call()
                times[side].extend(microseconds(call) for _ in range(BLOCK))
        for worker in workers.values():
            worker.end()
    return times


def report(title: str, times: dict[str, list[float]]) -> None:
    """Print medians and tenth percentiles, with each one's ratio to that of the bare side."""
    print(title)
    bare = points(times[BARE])
    for side, found in times.items():
        shown = "  ".join(
            f"{name} {value:8.1f} us (x {value / bare[name]:.3f})"
            for name, value in points(found).items()
        )
        print(f"  {side:<30} {shown}  n {len(found)}")


def points(times: list[float]) -> dict[str, float]:
    """Give the two numbers that are shown; the lower one is what a quiet machine does."""
    return {"p50": statistics.median(times), "p10": statistics.quantiles(times, n=10)[0]}


def main() -> int:
    """Run both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugin", type=Path, default=PLUGIN, help="folder of a built plugin")
    parser.add_argument("--cold", type=int, default=200, metavar="N", help="starts of each side")
    parser.add_argument("--warm", type=int, default=20_000, metavar="N", help="calls of each side")
    parser.add_argument("--raw", type=Path, metavar="FILE", help="write every time to a JSON file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, pocket.Host(home=Path(home)) as host:
        try:
            program = host.load(arguments.plugin)._program  # noqa: SLF001
        except pocket.PocketError as error:
            print(f"error: {error}\nhint: `make plugins` builds it", file=sys.stderr)
            return error.exit_code
        cold = cold_starts(program, arguments.cold)
        warm = warm_calls(program, arguments.warm)
    report("spawn to first result", cold)
    report("warm call", warm)
    if arguments.raw:
        arguments.raw.write_text(json.dumps({"cold_us": cold, "warm_us": warm}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
