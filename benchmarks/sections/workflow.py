"""What the workflow engine adds to what its nodes do."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peers.peer import timed

import pocket

NAME = "workflow"
NODES = (1, 10, 100)
RUNS = 2000
TARGET_US = 15


def measure() -> dict[str, Any]:
    """Time runs of chains of echo nodes, each compiled once."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in NODES:
            file = Path(folder) / f"{count}.yaml"
            file.write_text(chain(count), encoding="utf-8")
            workflow = pocket.Workflow.load(file)
            timed(lambda: workflow.run({"text": "hello"}), 100)  # noqa: B023
            found[str(count)] = timed(
                lambda: workflow.run({"text": "hello"}),  # noqa: B023
                RUNS * 10 // (10 + count),
            )
    return found


def chain(count: int) -> str:
    """Give a workflow file of echo nodes, one after the other."""
    nodes = [
        f"  - {{name: n{number}, type: echo, config: {{message: hi}}}}\n" for number in range(count)
    ]
    return "name: chain\nnodes:\n" + "".join(nodes)


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| {count} | {taken['p50']:.1f} | {taken['p50'] / int(count):.2f} |"
        for count, taken in found.items()
    ]
    head = (
        f"| echo nodes in a chain | run, p50 us | us a node (target {TARGET_US}) |",
        "|---|---|---|",
    )
    return ["## The workflow engine", "", *head, *rows]
