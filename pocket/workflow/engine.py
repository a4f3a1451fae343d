"""Runs a plan: one step after another until an action leads nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from math import inf
from time import monotonic, perf_counter_ns
from typing import Final, NamedTuple, Protocol

from pocket.capability.interruption import interruption_here
from pocket.document import JSON
from pocket.errors import NodeTimeout, PocketError, RunTimeout, StepLimitExceeded
from pocket.masking import masked_error
from pocket.units import format_duration
from pocket.workflow.node import DEFAULT_ACTION, ERROR_ACTION, NodeCall
from pocket.workflow.scope import NO_LONGER_WANTED, Scope

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
    attempts: int = 1
    """How often the node was tried."""


@dataclass(frozen=True, slots=True)
class WorkflowResult:
    """The output of the last node, and the way there."""

    output: JSON
    path: tuple[Step, ...]


class Watcher(Protocol):
    """Is told of a run while it goes on; any object with these methods can be one."""

    def began(self, node: str) -> None:
        """Hear that a node begins."""

    def ended(self, step: Step, error: PocketError | None) -> None:
        """Hear that a step is over, and why it failed."""


@dataclass(slots=True, eq=False)
class PlannedNode:
    """A node ready to run, tied to those that follow it."""

    name: str
    type: str
    call: NodeCall
    targets: dict[str, PlannedNode] = field(default_factory=dict)
    """By action; actions that name a node are in `Plan.nodes`."""
    ends: frozenset[str] = frozenset()
    """Actions that end the run, though a node may have that name."""
    substitute: PlannedNode | None = None
    """Runs where this one failed, on the same input."""
    spare: tuple[JSON] | None = None
    """Holds the output where this one failed."""


class _Taken(NamedTuple):
    """How a run goes on after a failure."""

    value: JSON
    action: str
    following: PlannedNode | None
    lost: bool = False
    """Nothing stands in for the node."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A workflow ready to run, any number of times and from several threads."""

    nodes: Mapping[str, PlannedNode]
    start: PlannedNode

    def run(
        self,
        value: JSON,
        max_steps: int = MAX_STEPS,
        timeout_s: float | None = None,
        watcher: Watcher | None = None,
    ) -> WorkflowResult:
        """Run once.

        Args:
            value: the input of the first node.
            max_steps: how many steps the run may take.
            timeout_s: how long the run may take.
            watcher: is told of every step.

        Raises:
            StepLimitExceeded: it took more steps.
            RunTimeout: it took longer.
            PocketError: a node failed, and nothing stands in for it; `step` names it.
        """
        scope, path = Scope(value), list[Step]()
        outputs, until = scope.outputs, inf
        if timeout_s is not None:
            until = scope.deadline = monotonic() + timeout_s
        interruption = interruption_here()
        node: PlannedNode | None = self.start
        while node is not None:
            if len(path) >= max_steps or (interruption is not None and interruption.happened):
                raise _stopped(node, len(path), max_steps)
            if watcher is not None:
                watcher.began(node.name)
            scope.node, scope.attempts = node.name, 1
            started_ns = perf_counter_ns()
            try:
                output, action = node.call(value, scope)
            except PocketError as error:
                masked_error(error)
                taken = self._rescued(node, value, scope, error)
                path.append(_step(node, taken.action, started_ns, error.code, scope.attempts))
                if watcher is not None:
                    watcher.ended(path[-1], error)
                _check_time(node, timeout_s, until)
                if taken.lost:
                    error.step = node.name
                    raise
                value, node = taken.value, taken.following
                continue
            path.append(_step(node, action, started_ns, "ok", scope.attempts))
            if watcher is not None:
                watcher.ended(path[-1], None)
            outputs[node.name] = value = output
            following = node.targets.get(action) or self._named(node, action)
            if timeout_s is not None and following is not None:
                _check_time(node, timeout_s, until)
            node = following
        return WorkflowResult(value, tuple(path))

    def _rescued(self, node: PlannedNode, value: JSON, scope: Scope, error: PocketError) -> _Taken:
        if node.spare is not None:
            # The file's value stays as it is, whatever a caller does to the output.
            output = scope.outputs[node.name] = deepcopy(node.spare[0])
            following = node.targets.get(DEFAULT_ACTION) or self._named(node, DEFAULT_ACTION)
            return _Taken(output, DEFAULT_ACTION, following)
        if node.substitute is not None:
            return _Taken(value, ERROR_ACTION, node.substitute)
        following = node.targets.get(ERROR_ACTION)
        failure = _failure(error, node, value)
        return _Taken(failure, ERROR_ACTION, following, lost=following is None)

    def _named(self, node: PlannedNode, action: str) -> PlannedNode | None:
        return None if action in node.ends else self.nodes.get(action)


def _step(node: PlannedNode, action: str, started_ns: int, outcome: str, attempts: int) -> Step:
    took_us = (perf_counter_ns() - started_ns) // 1000
    return Step(node.name, node.type, action, took_us, outcome, attempts)


def _check_time(node: PlannedNode, timeout_s: float | None, until: float) -> None:
    if timeout_s is not None and monotonic() >= until:
        raise _too_long(timeout_s, node)


def _failure(error: PocketError, node: PlannedNode, value: JSON) -> JSON:
    said = {"type": error.code, "message": str(error), "node": node.name}
    return {"error": dict(said), "input": value}


def _stopped(node: PlannedNode, taken: int, max_steps: int) -> PocketError:
    """Give the error of a run that may take no step more, or else is no longer wanted."""
    error: PocketError
    if taken >= max_steps:
        error = StepLimitExceeded(
            f"the run took {max_steps} steps and was about to take another",
            hint="look for a loop that never ends, or allow more with --max-steps",
        )
    else:
        error = NodeTimeout(NO_LONGER_WANTED)
    error.step = node.name
    return error


def _too_long(timeout_s: float, node: PlannedNode) -> RunTimeout:
    error = RunTimeout(
        f"the run took longer than {format_duration(timeout_s)}",
        hint="this node was its last; allow more with --timeout",
    )
    error.step = node.name
    return error
