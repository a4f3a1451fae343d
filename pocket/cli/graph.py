"""`pocket graph`: a workflow as a picture, in the words of a program that draws it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pocket.cli.lazy_host import LazyHost
from pocket.cli.output import print_warnings, printable

if TYPE_CHECKING:
    from pocket.flow import Workflow


class GraphFormat(StrEnum):
    """What `--format` takes."""

    MERMAID = "mermaid"
    DOT = "dot"


def graph(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workflow.")],
    form: Annotated[
        GraphFormat,
        typer.Option("--format", "-f", help="For Mermaid, as Markdown shows it, or Graphviz."),
    ] = GraphFormat.MERMAID,
) -> None:
    """Print a workflow's nodes and the ways between them, as far as they are known.

    A plugin can answer with the name of any node; such ways are not shown.

    Examples:

      pocket graph workflow.yaml

      pocket graph workflow.yaml --format dot | dot -Tsvg > workflow.svg
    """
    from pocket.flow import Workflow

    with LazyHost() as host:
        workflow = Workflow.load(file, host=host)
    print_warnings(workflow.warnings)
    print("\n".join(_mermaid(workflow) if form is GraphFormat.MERMAID else _dot(workflow)))


def _ways(workflow: Workflow) -> Iterator[tuple[str, str, str]]:
    """Give each way: from, to, and the action that takes it, empty for the usual one."""
    for node in workflow.spec.nodes:
        for action, target in workflow.routes[node.name].items():
            yield node.name, target, "" if action in ("default", target) else action


def _mermaid(workflow: Workflow) -> Iterator[str]:
    ids = {node.name: f"n{index}" for index, node in enumerate(workflow.spec.nodes)}
    yield "flowchart TD"
    yield f"    start(( )) --> {ids[workflow.spec.start]}"
    for node in workflow.spec.nodes:
        yield f'    {ids[node.name]}["{_for_mermaid(node.name)}<br/>{_for_mermaid(node.type)}"]'
    for source, target, action in _ways(workflow):
        label = f'|"{_for_mermaid(action)}"|' if action else ""
        yield f"    {ids[source]} -->{label} {ids[target]}"


def _for_mermaid(text: str) -> str:
    """Write every character that could mean something by its number."""
    return "".join(c if c.isalnum() or c in " -_." else f"#{ord(c)};" for c in text)


def _dot(workflow: Workflow) -> Iterator[str]:
    yield f"digraph {_for_dot(workflow.spec.name)} {{"
    yield "    node [shape=box]"
    yield '    start [shape=circle, label=""]'
    ids = {node.name: f"n{index}" for index, node in enumerate(workflow.spec.nodes)}
    for node in workflow.spec.nodes:
        label = _for_dot(f"{node.name}\n{node.type}")
        yield f"    {ids[node.name]} [label={label}]"
    yield f"    start -> {ids[workflow.spec.start]}"
    for source, target, action in _ways(workflow):
        label = f" [label={_for_dot(action)}]" if action else ""
        yield f"    {ids[source]} -> {ids[target]}{label}"
    yield "}"


def _for_dot(text: str) -> str:
    """Quote a text; a line end is one in the picture, too."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
