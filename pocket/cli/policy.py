"""`pocket policy`: what the operator allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pocket.cli.help import Command, Group
from pocket.cli.options import Output, complete_plugin
from pocket.cli.output import Format, emit, note, print_error, printable, problem_json, render
from pocket.errors import PermissionDenied, Problem

if TYPE_CHECKING:
    from pocket.plugin.store import InstalledPlugin, Store

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Show what the operator allows plugins.",
    epilog="""
    pocket policy show
    pocket policy check
    """,
)


@app.command(cls=Command)
def show(
    plugin: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what holds for this plugin.")
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Show the policy of this Pocket home.

    Examples:

      pocket policy show

      pocket policy show --plugin sentiment-analyzer --output json
    """
    from pocket.plugin.policy import FILE_NAME, Policy
    from pocket.plugin.store import Store

    home = Store().home
    policy = Policy.load(home)
    data = policy.to_json(plugin)
    if output is not Format.TEXT:
        emit({"file": policy.path, "policy": data}, output)
        return
    if policy.path is None:
        note(f"no policy: {home / FILE_NAME} does not exist, plugins get what they ask for")
        return
    print(printable(f"# {policy.path}"))
    print(printable(render(data, Format.YAML)))


@app.command(cls=Command)
def check(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="An installed plugin; all of them if left out.",
            autocompletion=complete_plugin,
        ),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Say which installed plugins the policy refuses, and why. Starts no plugin.

    Examples:

      pocket policy check

      pocket policy check sentiment-analyzer --output json
    """
    from pocket.plugin.admission import refusals
    from pocket.plugin.policy import Policy
    from pocket.plugin.store import Store

    store = Store()
    policy = Policy.load(store.home)
    plugins = (store.get(name),) if name is not None else _readable(store, output)
    found = {plugin.name: refusals(plugin.manifest, policy, store.home) for plugin in plugins}
    if output is Format.TEXT:
        _print_refusals(found)
    else:
        emit({plugin: [problem_json(it) for it in its] for plugin, its in found.items()}, output)
    refused = [plugin for plugin, problems in found.items() if problems]
    if refused:
        raise PermissionDenied(f"the policy refuses {', '.join(refused)}")


def _readable(store: Store, output: Format) -> tuple[InstalledPlugin, ...]:
    listing = store.listing()
    for broken in listing.problems:
        print_error(broken, output)
    return listing.plugins


def _print_refusals(found: dict[str, list[Problem]]) -> None:
    for plugin, problems in found.items():
        print(f"{plugin}: {'refused' if problems else 'ok'}")
        for problem in problems:
            print(printable(f"  {problem}"))
