"""What a workflow file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pocket.document import JSON
from pocket.workflow.durations import duration_s
from pocket.workflow.node import DEFAULT_ACTION


@dataclass(frozen=True, slots=True)
class RetrySpec:
    """How often to try again, and when."""

    max_attempts: int = 3
    delay_s: float = 1.0
    multiplier: float = 2.0
    max_delay_s: float = 60.0


@dataclass(frozen=True, slots=True)
class FallbackSpec:
    """What stands in for a node that failed: the node of this name, or else the output."""

    node: str | None = None
    output: JSON = None


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One entry of `nodes`."""

    name: str
    type: str
    config: Mapping[str, JSON] = field(default_factory=dict)
    timeout_s: float | None = None
    retry: RetrySpec | None = None
    fallback: FallbackSpec | None = None
    ends: frozenset[str] = frozenset()


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
    return NodeSpec(
        name=item["name"],
        type=item["type"],
        config=item.get("config") or {},
        timeout_s=duration_s(item["timeout"]) if "timeout" in item else None,
        retry=_retry(item["retry"] or {}) if "retry" in item else None,
        fallback=FallbackSpec(**item["fallback"]) if "fallback" in item else None,
        ends=frozenset(item.get("ends", ())),
    )


def _retry(item: Mapping[str, Any]) -> RetrySpec:
    usual = RetrySpec()
    return RetrySpec(
        max_attempts=item.get("max_attempts", usual.max_attempts),
        delay_s=duration_s(item["delay"]) if "delay" in item else usual.delay_s,
        multiplier=item.get("multiplier", usual.multiplier),
        max_delay_s=duration_s(item["max_delay"]) if "max_delay" in item else usual.max_delay_s,
    )


def _connection(item: Mapping[str, str]) -> Connection:
    return Connection(item["from"], item["to"], item.get("action", DEFAULT_ACTION))
