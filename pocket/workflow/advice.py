"""Warnings: what a file says that it may not mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pocket.document import JSON
from pocket.errors import suggest
from pocket.workflow.model import WorkflowSpec
from pocket.workflow.node import DEFAULT_ACTION, ERROR_ACTION
from pocket.workflow.report import Report
from pocket.workflow.routing import Actions, Routes


def advise(spec: WorkflowSpec, routes: Routes, actions: Actions, report: Report) -> None:
    """Warn of nodes that nothing leads to, actions that lead nowhere and what is said in vain."""
    _warn_unreachable(spec, routes, actions, report)
    _warn_dead_ends(spec, routes, actions, report)
    _warn_vain_connections(spec, actions, report)
    _warn_vain_ends(spec, actions, report)


def _warn_unreachable(spec: WorkflowSpec, routes: Routes, actions: Actions, report: Report) -> None:
    reachable = routes.reachable(spec.start, actions)
    for index, node in enumerate(spec.nodes):
        if node.name not in reachable:
            message = f"nothing known leads to node {node.name!r}"
            hint = "connect it, or delete it; only a plugin could choose it by its name"
            report.add(("nodes", index, "name"), message, hint, warning=True)


def _warn_dead_ends(spec: WorkflowSpec, routes: Routes, actions: Actions, report: Report) -> None:
    names = [node.name for node in spec.nodes]
    for index, node in enumerate(spec.nodes):
        for action in sorted((actions[node.name] or set()) - {DEFAULT_ACTION} - node.ends):
            if routes.after(node.name, action) is None:
                message = f"action {action!r} leads nowhere, so the run ends there"
                hint = suggest(action, names) or (
                    f"name a node {action!r}, connect the action, or put it into the node's 'ends'"
                )
                at = ("nodes", index, "config", *_path_to(action, node.config))
                report.add(at, message, hint, warning=True)


def _warn_vain_connections(spec: WorkflowSpec, actions: Actions, report: Report) -> None:
    by_name = {node.name: node for node in spec.nodes}
    for index, connection in enumerate(spec.connections):
        source, action = by_name[connection.source], connection.action
        at = ("connections", index, "action")
        if action != ERROR_ACTION:
            _warn_never(source.name, action, actions, at, report)
        elif source.fallback is not None:
            message = f"node {source.name!r} has a fallback, so its failures never come here"
            report.add(at, message, "delete one of the two", warning=True)


def _warn_vain_ends(spec: WorkflowSpec, actions: Actions, report: Report) -> None:
    for index, node in enumerate(spec.nodes):
        for action in sorted(node.ends):
            _warn_never(node.name, action, actions, ("nodes", index, "ends"), report)


def _warn_never(
    node: str, action: str, actions: Actions, at: tuple[str | int, ...], report: Report
) -> None:
    known = actions[node]
    if known is not None and action not in known:
        hint = suggest(action, sorted(known)) or f"it answers {', '.join(sorted(known))}"
        report.add(at, f"node {node!r} never answers {action!r}", hint, warning=True)


def _path_to(text: str, value: JSON | Mapping[str, JSON]) -> tuple[str | int, ...]:
    """Give the path of the first place in a config where a text stands; empty if there is none."""
    items: Iterable[tuple[str | int, JSON]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        if item == text:
            return (key,)
        below = _path_to(text, item)
        if below:
            return (key, *below)
    return ()
