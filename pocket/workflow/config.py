"""The config of a node, as the node gets it: checked, complete, its templates compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pocket.document import JSON, Document, path_text
from pocket.plugin.config import with_defaults
from pocket.schema import schema_problems
from pocket.workflow.node import NodeType
from pocket.workflow.report import Report
from pocket.workflow.template import TemplateSourceError, compile_text

Path = tuple[str | int, ...]


def prepare_config(
    document: Document, index: int, node_type: NodeType, report: Report
) -> dict[str, Any]:
    """Give the config of one node.

    Args:
        document: of the workflow, in which every node has a config.
        index: of the node.
        node_type: says what the config has to be.
        report: is told of what does not fit.
    """
    at: Path = ("nodes", index, "config")
    schema: Mapping[str, JSON] = node_type.metadata.config_schema
    report.problems += schema_problems(document, schema, at=at)
    value: Any = document.data
    for step in at:
        value = value[step]
    complete = with_defaults(value, schema)
    compiled = _compiled(complete, schema, at, report) if node_type.renders else complete
    return compiled if isinstance(compiled, dict) else {}


def _compiled(value: Any, schema: Any, at: Path, report: Report) -> Any:
    if not isinstance(schema, dict):
        return value
    if isinstance(value, str) and schema.get("format") == "template":
        return _text(value, at, report)
    if isinstance(value, list):
        return [
            _compiled(item, schema.get("items"), (*at, index), report)
            for index, item in enumerate(value)
        ]
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        return {
            key: _compiled(item, known.get(key, other), (*at, key), report)
            for key, item in value.items()
        }
    return value


def _text(source: str, at: Path, report: Report) -> object:
    try:
        return compile_text(source, path_text(at[3:]))
    except TemplateSourceError as error:
        report.add(at, f"template {error.line}:{error.column}: {error}")
        return None
