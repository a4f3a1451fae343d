"""Which node comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pocket.workflow.model import WorkflowSpec
from pocket.workflow.node import DEFAULT_ACTION, ERROR_ACTION

Actions = Mapping[str, frozenset[str] | None]
"""By node name: the actions that the node can answer with, or None if unknown."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Next nodes: a connection goes first, then a node of the action's name, then the chain."""

    names: frozenset[str]
    connected: Mapping[str, Mapping[str, str]]
    chained: Mapping[str, str]
    ends: Mapping[str, frozenset[str]]
    """By node: the actions that end the run there, save where a connection says otherwise."""
    substitutes: Mapping[str, str]
    """By node: the one that runs where it failed."""

    @classmethod
    def of(cls, spec: WorkflowSpec, actions: Actions) -> Routes:
        """Work out the routes of a workflow."""
        connected: dict[str, dict[str, str]] = {node.name: {} for node in spec.nodes}
        for connection in spec.connections:
            connected[connection.source][connection.action] = connection.target
        chained = {} if spec.connections else dict(_chain(spec, actions))
        ends = {node.name: node.ends for node in spec.nodes}
        substitutes = {
            node.name: node.fallback.node
            for node in spec.nodes
            if node.fallback is not None and node.fallback.node is not None
        }
        return cls(frozenset(connected), connected, chained, ends, substitutes)

    def after(self, node: str, action: str) -> str | None:
        """Give the name of the node that follows, or None where the run ends."""
        target = self.connected[node].get(action)
        if target is not None or action in self.ends[node]:
            return target
        if action in self.names:
            return action
        return self.chained.get(node) if action == DEFAULT_ACTION else None

    def reachable(self, start: str, actions: Actions) -> frozenset[str]:
        """Give the nodes that connections, known actions and the chain lead to."""
        reached: set[str] = set()
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += self.leaving(node, actions[node]).values()
        return frozenset(reached)

    def leaving(self, node: str, actions: frozenset[str] | None) -> dict[str, str]:
        """Give where connections, known actions and the chain lead from a node, by action."""
        known = sorted({*self.connected[node], *(actions or ()), DEFAULT_ACTION})
        targets = {action: self.after(node, action) for action in known}
        targets |= {ERROR_ACTION: self.substitutes.get(node, targets.get(ERROR_ACTION))}
        return {action: target for action, target in targets.items() if target is not None}


def _chain(spec: WorkflowSpec, actions: Actions) -> Iterator[tuple[str, str]]:
    """Each node leads to the one below, save those that something leads to by their name."""
    targets = {
        action for node in spec.nodes for action in (actions[node.name] or frozenset()) - node.ends
    }
    targets |= {node.fallback.node for node in spec.nodes if node.fallback and node.fallback.node}
    for upper, lower in pairwise(node.name for node in spec.nodes):
        if upper not in targets and lower not in targets:
            yield upper, lower
