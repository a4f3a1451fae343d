"""`pocket graph`: a workflow as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pocket.cli.lazy_host import LazyHost
from pocket.cli.output import print_warnings


class GraphFormat(StrEnum):
    """What `--format` takes."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


def graph(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workflow.")],
    form: Annotated[
        GraphFormat,
        typer.Option(
            "--format", "-f", help="For Mermaid, as Markdown shows it, for Graphviz, or drawn."
        ),
    ] = GraphFormat.MERMAID,
    trace_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Show the way of the runs that this trace tells of."),
    ] = None,
) -> None:
    """Print a workflow's nodes and the ways between them, as far as they are known.

    A plugin can answer with the name of any node; such ways are shown where a trace took them.

    Examples:

      pocket graph workflow.yaml

      pocket graph workflow.yaml --format svg > workflow.svg

      pocket graph workflow.yaml --format svg --trace-file steps.jsonl > run.svg
    """
    from pocket.drawing.dot import dot
    from pocket.drawing.footprint import Footprint
    from pocket.drawing.mermaid import mermaid
    from pocket.drawing.picture import Picture
    from pocket.drawing.svg import svg
    from pocket.flow import Workflow

    with LazyHost() as host:
        workflow = Workflow.load(file, host=host)
    print_warnings(workflow.warnings)
    names = [node.name for node in workflow.spec.nodes]
    footprint = None if trace_file is None else Footprint.read(trace_file, names)
    picture = Picture.of(workflow.spec, workflow.routes, footprint)
    draw = {GraphFormat.MERMAID: mermaid, GraphFormat.DOT: dot, GraphFormat.SVG: svg}[form]
    print("\n".join(draw(picture)))
