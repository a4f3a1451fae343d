"""Turns a workflow file into a plan, or says everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from pocket.document import JSON, Document
from pocket.errors import InvalidInput, PluginNotFound, PocketError, Problem
from pocket.schema import schema_problems
from pocket.workflow.advice import advise
from pocket.workflow.config import prepare_config
from pocket.workflow.engine import Plan, PlannedNode
from pocket.workflow.environment import substitute
from pocket.workflow.model import WorkflowSpec, parse_spec
from pocket.workflow.names import check_names, entries
from pocket.workflow.node import DEFAULT_ACTION, Catalog, NodeCall
from pocket.workflow.report import Report
from pocket.workflow.routing import Routes

_UNAVAILABLE: Final = ("timeout", "retry", "fallback", "ends")
"""Keys of a node that mean something in other versions, so they must not be passed over."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A file that holds no error."""

    spec: WorkflowSpec
    plan: Plan | None
    """None where a node's type can only be known with a host."""
    routes: Mapping[str, Mapping[str, str]]
    """By node, by action: where it is known to lead."""
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Prepared:
    call: NodeCall | None
    actions: frozenset[str] | None


def compile_workflow(document: Document, catalog: Catalog, environ: Mapping[str, str]) -> Compiled:
    """Check a workflow and prepare its nodes.

    Args:
        document: the file.
        catalog: finds node types.
        environ: for `${NAME}` in configs.

    Raises:
        InvalidWorkflow: with every problem found.
    """
    report = Report(document)
    _refuse_unavailable(document.data, report)
    document = replace(document, data=_usable(document.data, environ, report))
    report.problems += schema_problems(document, workflow_schema())
    check_names(document.data, report)
    prepared = {
        index: _prepare(document, index, node, catalog, report)
        for index, node in entries(document.data, "nodes")
    }
    report.refuse_errors()
    spec = parse_spec(cast("dict[str, JSON]", document.data))
    actions = {node.name: prepared[index].actions for index, node in enumerate(spec.nodes)}
    routes = Routes.of(spec, actions)
    advise(spec, routes, actions, report)
    calls = {node.name: prepared[index].call for index, node in enumerate(spec.nodes)}
    leaving = {name: routes.leaving(name, known) for name, known in actions.items()}
    return Compiled(spec, _plan(spec, routes, calls), leaving, report.in_order())


@cache
def workflow_schema() -> dict[str, JSON]:
    """Give the JSON Schema of workflow files."""
    text = Path(__file__).with_name("workflow.schema.json").read_text()
    schema: dict[str, JSON] = json.loads(text)
    return schema


def _refuse_unavailable(data: JSON, report: Report) -> None:
    for index, node in entries(data, "nodes"):
        for key in _UNAVAILABLE:
            if key in node:
                hint = "take it out; nothing is done for it here"
                at = ("nodes", index, key)
                report.add(at, "not available in this version of Pocket", hint, key=True)


def _usable(data: JSON, environ: Mapping[str, str], report: Report) -> JSON:
    """Give the data with a config in every node, and its variables replaced."""
    if not isinstance(data, dict) or not isinstance(data.get("nodes"), list):
        return data
    nodes: list[Any] = list(data["nodes"])  # type: ignore[arg-type]
    for index, node in entries(data, "nodes"):
        at = ("nodes", index, "config")
        config = substitute(node.get("config") or {}, environ, report.add, at)
        kept = {key: value for key, value in node.items() if key not in _UNAVAILABLE}
        nodes[index] = {**kept, "config": config}
    return {**data, "nodes": nodes}


def _prepare(
    document: Document, index: int, node: dict[str, JSON], catalog: Catalog, report: Report
) -> _Prepared:
    nothing = _Prepared(None, None)
    if not isinstance(node.get("type"), str) or not isinstance(node["config"], dict):
        return nothing
    try:
        node_type = catalog.get(str(node["type"]))
        if node_type is None:
            return nothing
        errors_before = len(report.problems)
        config = prepare_config(document, index, node_type, report)
        if len(report.problems) > errors_before:
            return nothing
        return _Prepared(node_type.prepare(config), node_type.actions(config))
    except (PluginNotFound, InvalidInput) as error:
        report.add(("nodes", index, "type"), str(error), error.hint)
        return nothing
    except PocketError as error:
        error.step = str(node.get("name"))
        raise


def _plan(spec: WorkflowSpec, routes: Routes, calls: Mapping[str, NodeCall | None]) -> Plan | None:
    nodes: dict[str, PlannedNode] = {}
    for node in spec.nodes:
        call = calls[node.name]
        if call is None:
            return None
        nodes[node.name] = PlannedNode(node.name, node.type, call)
    for name, node_ in nodes.items():
        node_.targets.update(
            (action, nodes[target]) for action, target in routes.connected[name].items()
        )
        following = routes.after(name, DEFAULT_ACTION)
        if following is not None:
            node_.targets[DEFAULT_ACTION] = nodes[following]
    return Plan(nodes, nodes[spec.start])
