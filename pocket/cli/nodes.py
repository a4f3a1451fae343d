"""`pocket nodes`: what the nodes of a workflow can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pocket.cli.help import Command, Group
from pocket.cli.lazy_host import LazyHost
from pocket.cli.options import Output
from pocket.cli.output import Format, emit, print_error, render, say, table
from pocket.errors import PluginNotFound, suggest

if TYPE_CHECKING:
    from pocket.plugin.metadata import NodeMetadata

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Show the node types that workflows can use.",
    epilog="""
    pocket nodes list
    pocket nodes info conditional
    """,
)


def _complete_type(incomplete: str) -> list[str]:
    from pocket.nodes.catalog import NodeCatalog

    with LazyHost() as host:
        types = {offer.type for offer in NodeCatalog(host).offers()}
    return sorted(name for name in types if name.startswith(incomplete))


@app.command("list", cls=Command)
def list_nodes(
    category: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only types of this category.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """List the built-in node types and those of installed plugins. Starts no plugin.

    Examples:

      pocket nodes list

      pocket nodes list --category flow --output json
    """
    from pocket.nodes.catalog import NodeCatalog

    with LazyHost() as host:
        catalog = NodeCatalog(host)
        offers = catalog.offers()
    for problem in catalog.problems:
        print_error(problem, output)
    categories = sorted({offer.category for offer in offers})
    if category is not None and category not in categories:
        hint = suggest(category, categories) or f"there is {', '.join(categories)}"
        raise PluginNotFound(f"no node type has the category {category!r}", hint=hint)
    chosen = [offer for offer in offers if category in (None, offer.category)]
    if output is not Format.TEXT:
        emit([dict(offer._asdict()) for offer in chosen], output)
        return
    rows = [(offer.type, offer.category, offer.origin, offer.description) for offer in chosen]
    print(table(rows, ("TYPE", "CATEGORY", "FROM", "DESCRIPTION")))


@app.command(cls=Command)
def info(
    name: Annotated[
        str,
        typer.Argument(
            metavar="TYPE",
            help="A node type, or plugin-name/type.",
            autocompletion=_complete_type,
        ),
    ],
    output: Output = Format.TEXT,
) -> None:
    """Show what a node type does, its config and its examples.

    Examples:

      pocket nodes info conditional

      pocket nodes info sentiment-analyzer/sentiment --output json
    """
    from pocket.nodes.catalog import NodeCatalog

    with LazyHost() as host:
        metadata = NodeCatalog(host).require(name).metadata
    if output is Format.TEXT:
        _print_metadata(metadata)
    else:
        emit(metadata.to_json(), output)


def _print_metadata(metadata: NodeMetadata) -> None:
    say(f"{metadata.type} ({metadata.category}): {metadata.description}")
    if metadata.stream:
        say("works on a stream: {from: FILE, to: FILE}")
    say(f"\nconfig:\n{_indented(render(metadata.config_schema, Format.YAML))}")
    for example in metadata.examples:
        say(f"\nexample: {example.name}")
        for label in ("config", "input", "output"):
            say(_indented(render({label: getattr(example, label)}, Format.YAML)))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
