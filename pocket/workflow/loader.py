"""Turns a workflow file into a plan, or says everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from pocket.document import JSON, Document
from pocket.errors import InvalidInput, InvalidWorkflow, PluginNotFound, PocketError, Problem
from pocket.masking import Mask
from pocket.schema import schema_problems
from pocket.workflow.advice import advise
from pocket.workflow.attempts import with_attempts
from pocket.workflow.config import Configs, HostNeeded
from pocket.workflow.durations import check_durations
from pocket.workflow.engine import Plan, PlannedNode
from pocket.workflow.environment import Variables
from pocket.workflow.model import NodeSpec, WorkflowSpec, parse_spec
from pocket.workflow.names import check_names, entries
from pocket.workflow.node import DEFAULT_ACTION, Catalog, NodeCall, NodeType, prepare_node
from pocket.workflow.report import Report
from pocket.workflow.routing import Routes
from pocket.workflow.schema import workflow_schema


@dataclass(frozen=True, slots=True)
class Compiled:
    """A file that holds no error."""

    spec: WorkflowSpec
    plan: Plan | None
    """None where a node's type can only be known with a host."""
    routes: Mapping[str, Mapping[str, str]]
    """By node, by action: where it is known to lead."""
    warnings: tuple[Problem, ...]
    mask: Mask
    """Hides the values of the variables that the file refers to."""


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
    variables = Variables(environ, report.add)
    document = replace(document, data=_usable(document.data, variables))
    report.mask = Mask(variables.used)
    report.problems += schema_problems(document, workflow_schema())
    check_names(document.data, report)
    check_durations(document.data, report)
    configs = Configs(document, catalog, report)
    prepared = {
        index: _prepare(configs, index, node) for index, node in entries(document.data, "nodes")
    }
    report.refuse_errors()
    spec = parse_spec(cast("dict[str, JSON]", document.data))
    actions = {node.name: prepared[index].actions for index, node in enumerate(spec.nodes)}
    routes = Routes.of(spec, actions)
    advise(spec, routes, actions, report)
    report.refuse_errors()
    calls = {node.name: prepared[index].call for index, node in enumerate(spec.nodes)}
    leaving = {name: routes.leaving(name, known) for name, known in actions.items()}
    plan = _plan(spec, routes, calls)
    return Compiled(spec, plan, leaving, report.in_order(), report.mask)


def _usable(data: JSON, variables: Variables) -> JSON:
    """Give the data with its variables replaced, and a config in every node."""
    replaced = variables.substituted(data)
    for _, node in entries(replaced, "nodes"):
        node["config"] = node.get("config") or {}
    return replaced


def _prepare(configs: Configs, index: int, node: dict[str, JSON]) -> _Prepared:
    nothing, report = _Prepared(None, None), configs.report
    if not isinstance(node.get("type"), str) or not isinstance(node["config"], dict):
        return nothing
    try:
        node_type = configs.catalog.get(str(node["type"]))
        if node_type is None:
            return nothing
        _check_timed(index, node, node_type, report)
        problems_before = len(report.problems)
        config = configs.prepare(("nodes", index, "config"), node_type)
        files = configs.stream_files(("nodes", index), node_type, str(node["type"]))
        if len(report.problems) > problems_before:
            return nothing
        return _Prepared(prepare_node(node_type, config, files), node_type.actions(config))
    except HostNeeded:
        return nothing
    except (PluginNotFound, InvalidInput, InvalidWorkflow) as error:
        report.refuse(("nodes", index), "type", error)
        return nothing
    except PocketError as error:
        error.step = str(node.get("name"))
        raise report.mask.error(error) from None


def _check_timed(index: int, node: dict[str, JSON], node_type: NodeType, report: Report) -> None:
    if "timeout" in node and not node_type.timed:
        message = f"no timeout can end a node of type {node['type']!r}"
        report.add(("nodes", index, "timeout"), message, "take it out", key=True)


def _plan(spec: WorkflowSpec, routes: Routes, calls: Mapping[str, NodeCall | None]) -> Plan | None:
    nodes: dict[str, PlannedNode] = {}
    for node in spec.nodes:
        call = calls[node.name]
        if call is None:
            return None
        nodes[node.name] = PlannedNode(node.name, node.type, with_attempts(call, node))
    for node in spec.nodes:
        _tie(nodes[node.name], node, routes, nodes)
    return Plan(nodes, nodes[spec.start])


def _tie(
    planned: PlannedNode, spec: NodeSpec, routes: Routes, nodes: Mapping[str, PlannedNode]
) -> None:
    planned.ends = spec.ends
    planned.targets.update(
        (action, nodes[target]) for action, target in routes.connected[spec.name].items()
    )
    following = routes.after(spec.name, DEFAULT_ACTION)
    if following is not None:
        planned.targets[DEFAULT_ACTION] = nodes[following]
    if spec.fallback is not None and spec.fallback.node is not None:
        planned.substitute = nodes[spec.fallback.node]
    elif spec.fallback is not None:
        planned.spare = (spec.fallback.output,)
