"""What a step costs in other engines of nodes, beside Pocket's: the same chain, in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from peers.peer import Missing, timed

import pocket
from sections.workflow import chain

NAME = "flow_peers"
NODES = 100
ROUNDS = 20
RUNS = 50
"""Of each engine in each round."""
_INPUT = {"text": "hello"}


def _pocket() -> Callable[[], object]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chain.yaml"
        file.write_text(chain(NODES), encoding="utf-8")
        workflow = pocket.Workflow.load(file)
    return lambda: workflow.run(_INPUT).output


def _pocketflow() -> Callable[[], object]:
    """Make a chain of PocketFlow, whose nodes have prep, exec and post, too."""
    try:
        from pocketflow import Flow, Node
    except ImportError:
        raise Missing("`make bench` installs it") from None

    class Echo(Node):  # type: ignore[misc]
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def prep(self, shared: dict[str, object]) -> object:
            return shared["value"]

        def exec(self, value: object) -> object:
            return {"message": "hi", "input": value, "node": self.name}

        def post(self, shared: dict[str, object], _: object, answer: object) -> str:
            shared["value"] = answer
            return "default"

    nodes = [Echo(f"n{number}") for number in range(NODES)]
    for node, following in pairwise(nodes):
        node.next(following)
    flow = Flow(start=nodes[0])

    def run() -> object:
        shared: dict[str, object] = {"value": _INPUT}
        flow.run(shared)
        return shared["value"]

    return run


ENGINES: dict[str, Callable[[], Callable[[], object]]] = {
    "Pocket": _pocket,
    "PocketFlow": _pocketflow,
}


def measure() -> dict[str, Any]:
    """Time runs of each engine, after all have given the same output."""
    runs: dict[str, Callable[[], object]] = {}
    missing: dict[str, str] = {}
    for name, make in ENGINES.items():
        try:
            runs[name] = make()
        except Missing as error:
            missing[name] = str(error)
    expected = runs["Pocket"]()
    wrong = [name for name, run in runs.items() if run() != expected]
    if wrong:
        raise AssertionError(f"another output: {wrong}")
    samples: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            samples[name] += timed(run, RUNS)
    return {"samples_us": samples, "missing": missing}


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    samples = found["samples_us"]
    base = samples["Pocket"]["p50"]
    rows = [
        f"| {name} | {taken['p50']:.1f} | {taken['p50'] / NODES:.2f} | {taken['p50'] / base:.2f} |"
        for name, taken in samples.items()
    ]
    rows += [f"| {name} | missing: {why} | | |" for name, why in found["missing"].items()]
    head = (
        f"| {NODES} echo nodes in a chain | run, p50 us | us a node | against Pocket |",
        "|---|---|---|---|",
    )
    return ["## The engine beside others", "", *head, *rows]
