"""First calls with the artifact in the cache: spawn, confine, map, start, answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from peers.peer import NUMBERS

import pocket

NAME = "cold_start"
TIMES = 40
PLUGINS = Path(__file__).resolve().parents[2] / "examples" / "plugins"
CASES = {
    "Rust (statistics)": ("statistics", "statistics", NUMBERS),
    "JavaScript (sentiment)": ("sentiment", "sentiment", {"text": "I love it"}),
}
GO = {"Go (wordcount)": ("wordcount", "wordcount", {"text": "so much depends upon"})}
"""A language whose runtime takes a while to start."""


def measure() -> dict[str, Any]:
    """Time the first call of new hosts, the plugins in turns."""
    cases = CASES | GO
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(TIMES):
        for name, (folder, node, value) in cases.items():
            with pocket.Host() as host:
                plugin = host.load(PLUGINS / folder)
                begun = perf_counter_ns()
                plugin.call(node, value)
                found[name].append((perf_counter_ns() - begun) / 1e6)
    return {"first_call_ms": found}


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| {name} | {taken['p50']:.2f} | {taken['max']:.2f} |"
        for name, taken in found["first_call_ms"].items()
    ]
    head = ("| plugin | p50 ms | max ms |", "|---|---|---|")
    return ["## Cold start, with the compiled module in the cache", "", *head, *rows]
