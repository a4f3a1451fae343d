"""What templates read of the run that they are rendered in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pocket.document import JSON
from pocket.workflow.numbers import plain
from pocket.workflow.scope import current_scope


def node(name: str) -> JSON:
    """Give the last output of a node, or nothing while it has not run."""
    return plain(current_scope.get().outputs.get(name))


def run_input() -> JSON:
    """Give the run's input."""
    return plain(current_scope.get().input)


RUN: Mapping[str, Callable[..., object]] = {
    "node": node,
    "input": run_input,
}
