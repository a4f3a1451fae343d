"""Runs a plan: one step after another until an action leads nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Final, NamedTuple

from pocket.document import JSON
from pocket.errors import PocketError, StepLimitExceeded
from pocket.workflow.node import ERROR_ACTION, NodeCall
from pocket.workflow.scope import Scope

MAX_STEPS: Final = 1000
"""Steps of one run, unless told otherwise: far more than a workflow without a loop can take."""


class Step(NamedTuple):
    """One step that a run took."""

    node: str
    type: str
    action: str
    """What chose the next node; `error` where the node failed."""
    duration_us: int
    outcome: str
    """`ok`, or the code of the error."""


@dataclass(frozen=True, slots=True)
class WorkflowResult:
    """The output of the last node, and the way there."""

    output: JSON
    path: tuple[Step, ...]


@dataclass(slots=True, eq=False)
class PlannedNode:
    """A node ready to run, tied to those that follow it."""

    name: str
    type: str
    call: NodeCall
    targets: dict[str, PlannedNode] = field(default_factory=dict)
    """By action; actions that name a node are in `Plan.nodes`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A workflow ready to run, any number of times and from several threads."""

    nodes: Mapping[str, PlannedNode]
    start: PlannedNode

    def run(self, value: JSON, max_steps: int = MAX_STEPS) -> WorkflowResult:
        """Run once.

        Args:
            value: the input of the first node.
            max_steps: how many steps the run may take.

        Raises:
            StepLimitExceeded: it took more.
            PocketError: a node failed, without a connection for its failure; `step` names it.
        """
        scope, path = Scope(value), list[Step]()
        node: PlannedNode | None = self.start
        while node is not None:
            if len(path) >= max_steps:
                raise _too_many(max_steps, node)
            scope.node = node.name
            started_ns = perf_counter_ns()
            try:
                output, action = node.call(value, scope)
            except PocketError as error:
                path.append(_step(node, ERROR_ACTION, started_ns, error.code))
                following = node.targets.get(ERROR_ACTION)
                if following is None:
                    error.step = node.name
                    raise
                value, node = _failure(error, node, value), following
                continue
            path.append(_step(node, action, started_ns, "ok"))
            scope.outputs[node.name] = value = output
            node = node.targets.get(action) or self.nodes.get(action)
        return WorkflowResult(value, tuple(path))


def _step(node: PlannedNode, action: str, started_ns: int, outcome: str) -> Step:
    return Step(node.name, node.type, action, (perf_counter_ns() - started_ns) // 1000, outcome)


def _failure(error: PocketError, node: PlannedNode, value: JSON) -> JSON:
    said = {"type": error.code, "message": str(error), "node": node.name}
    return {"error": dict(said), "input": value}


def _too_many(max_steps: int, node: PlannedNode) -> StepLimitExceeded:
    error = StepLimitExceeded(
        f"the run took {max_steps} steps and was about to take another",
        hint="look for a loop that never ends, or allow more with --max-steps",
    )
    error.step = node.name
    return error
