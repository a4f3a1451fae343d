"""What a fresh state for every call costs beside a kept one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from peers.peer import timed

import pocket
from pocket.plugin.package import read_package
from sections.cold_start import CASES, PLUGINS

NAME = "state"
ROUNDS = 20
CALLS = 200
STATES = ("fresh", "kept")


def measure() -> dict[str, Any]:
    """Time calls of the same plugins with either state, in turns."""
    found: dict[str, Any] = {name: {state: [] for state in STATES} for name in CASES}
    with ExitStack() as stack:
        calls = {}
        for name, (folder, node, value) in CASES.items():
            package = read_package(PLUGINS / folder)
            for state in STATES:
                host = stack.enter_context(pocket.Host())
                manifest = replace(package.manifest, state=state)
                plugin = host.load(replace(package, manifest=manifest))
                calls[name, state] = (plugin.prepare(node), value)
        for call, value in calls.values():
            timed(lambda: call(value), CALLS)  # noqa: B023
        for _ in range(ROUNDS):
            for (name, state), (call, value) in calls.items():
                found[name][state] += timed(lambda: call(value), CALLS)  # noqa: B023
    return found


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| {name} | {taken['fresh']['p50']:.1f} | {taken['kept']['p50']:.1f} | "
        f"{taken['fresh']['p50'] / taken['kept']['p50']:.2f} |"
        for name, taken in found.items()
    ]
    head = ("| plugin | fresh, p50 us | kept, p50 us | ratio |", "|---|---|---|---|")
    return ["## A fresh state for every call, and a kept one", "", *head, *rows]
