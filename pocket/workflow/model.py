"""What a workflow file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pocket.document import JSON
from pocket.workflow.node import DEFAULT_ACTION


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One entry of `nodes`."""

    name: str
    type: str
    config: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connection:
    """One entry of `connections`."""

    source: str
    target: str
    action: str = DEFAULT_ACTION


@dataclass(frozen=True, slots=True)
class WorkflowSpec:
    """A whole file, known to be well-formed."""

    name: str
    nodes: tuple[NodeSpec, ...]
    start: str
    connections: tuple[Connection, ...] = ()
    description: str = ""
    version: str = ""
    metadata: Mapping[str, JSON] = field(default_factory=dict)


def parse_spec(data: Mapping[str, Any]) -> WorkflowSpec:
    """Give the model of a file's data, which fits the schema."""
    nodes = tuple(_node(item) for item in data["nodes"])
    return WorkflowSpec(
        name=data["name"],
        nodes=nodes,
        start=data.get("start", nodes[0].name),
        connections=tuple(_connection(item) for item in data.get("connections") or ()),
        description=data.get("description", ""),
        version=str(data.get("version", "")),
        metadata=data.get("metadata") or {},
    )


def _node(item: Mapping[str, Any]) -> NodeSpec:
    return NodeSpec(item["name"], item["type"], item.get("config") or {})


def _connection(item: Mapping[str, str]) -> Connection:
    return Connection(item["from"], item["to"], item.get("action", DEFAULT_ACTION))
