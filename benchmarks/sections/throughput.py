"""Calls a second by `map`, with one worker and with more."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter
from typing import Any

import pocket
from sections.cold_start import CASES, PLUGINS

NAME = "throughput"
ROUNDS = 5
SECONDS = 0.4
"""About how long one turn takes."""


def replica_counts() -> Sequence[int]:
    """Give the numbers of workers: one to one a CPU, and two at least."""
    return range(1, max(2, len(os.sched_getaffinity(0))) + 1)


def measure() -> dict[str, Any]:
    """Map the same input with each number of workers, in turns."""
    found: dict[str, Any] = {
        name: {_workers(count): [] for count in replica_counts()} for name in CASES
    }
    with ExitStack() as stack:
        for name, (folder, node, value) in CASES.items():
            plugins = {}
            for count in replica_counts():
                host = stack.enter_context(pocket.Host(replicas=count))
                plugins[count] = host.load(PLUGINS / folder)
                plugins[count].prewarm()
            rate = _rate(plugins[1], node, value, 500)
            calls = max(500, int(rate * SECONDS))
            for _ in range(ROUNDS):
                for count, plugin in plugins.items():
                    found[name][_workers(count)].append(_rate(plugin, node, value, calls))
    return found


def _workers(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"


def _rate(plugin: pocket.Plugin, node: str, value: Any, calls: int) -> float:
    """Give calls a second."""
    begun = perf_counter()
    deque(plugin.map(node, [value] * calls), maxlen=0)
    return calls / (perf_counter() - begun)


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| {name} | {count} | {rates['p50']:,.0f} | "
        f"{rates['p50'] / taken['1 worker']['p50']:.2f} |"
        for name, taken in found.items()
        for count, rates in taken.items()
    ]
    head = ("| plugin | | calls/s | against one |", "|---|---|---|---|")
    return ["## Throughput: calls by map", "", *head, *rows]
