"""Checks that the names in a file fit together."""

from __future__ import annotations

from collections.abc import Iterator

from pocket.document import JSON
from pocket.errors import suggest
from pocket.workflow.node import DEFAULT_ACTION
from pocket.workflow.report import Report


def entries(data: JSON, key: str) -> Iterator[tuple[int, dict[str, JSON]]]:
    """Give the maps in the list at `key` with their indexes, as far as there are any."""
    found = data.get(key) if isinstance(data, dict) else None
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if isinstance(item, dict):
            yield index, item


def check_names(data: JSON, report: Report) -> None:
    """Report names that stand twice and names of no node."""
    known = _check_unique(data, report)
    if isinstance(data, dict) and "start" in data:
        _check_known(data["start"], ("start",), known, report)
    for index, node in entries(data, "nodes"):
        fallback = node.get("fallback")
        if isinstance(fallback, dict):
            _check_known(fallback.get("node"), ("nodes", index, "fallback", "node"), known, report)
    _check_connections(data, known, report)


def _check_unique(data: JSON, report: Report) -> list[str]:
    first: dict[str, int] = {}
    for index, node in entries(data, "nodes"):
        name = node.get("name")
        if not isinstance(name, str):
            continue
        if name in first:
            message = f"nodes[{first[name]}] has the name {name!r} too"
            report.add(("nodes", index, "name"), message, "give every node a name of its own")
        first.setdefault(name, index)
    return list(first)


def _check_connections(data: JSON, known: list[str], report: Report) -> None:
    first: dict[tuple[str, str], int] = {}
    ends = {str(node.get("name")): node.get("ends") for _, node in entries(data, "nodes")}
    for index, connection in entries(data, "connections"):
        at = ("connections", index)
        for end in ("from", "to"):
            _check_known(connection.get(end), (*at, end), known, report)
        source, action = connection.get("from"), connection.get("action", DEFAULT_ACTION)
        if not isinstance(source, str) or not isinstance(action, str):
            continue
        if (source, action) in first:
            message = f"connections[{first[source, action]}] takes {source!r} on {action!r} too"
            report.add(at, message, "one action leads to one node; delete one of the two")
        first.setdefault((source, action), index)
        ending = ends.get(source)
        if isinstance(ending, list) and action in ending:
            said = f"node {source!r} has {action!r} among its 'ends'"
            report.add((*at, "action"), said, "delete one")


def _check_known(name: JSON, at: tuple[str | int, ...], known: list[str], report: Report) -> None:
    if isinstance(name, str) and name not in known:
        hint = suggest(name, known) or f"the nodes are {', '.join(known)}"
        report.add(at, f"there is no node {name!r}", hint)
