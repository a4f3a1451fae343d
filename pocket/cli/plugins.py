"""`pocket plugins`: installed plugins, and plugins on their way to being installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pocket.cli import authoring
from pocket.cli.call import call
from pocket.cli.consent import ask_consent
from pocket.cli.help import Command, Group
from pocket.cli.options import Output, PluginName
from pocket.cli.output import Format, emit, note, print_error, problem_json, say, table
from pocket.errors import InvalidInput, InvalidPolicy, Problem
from pocket.units import format_bytes

if TYPE_CHECKING:
    from pocket.plugin.manifest import Manifest
    from pocket.plugin.sources import Progress

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Write, install, inspect and call plugins.",
    epilog="""
    pocket plugins new word-count --lang typescript
    pocket plugins validate ./my-plugin/
    pocket plugins install sentiment-analyzer.tar.gz
    pocket plugins call sentiment-analyzer sentiment --input '{"text": "I love it"}'
    """,
)
authoring.add_to(app)


@app.command("list", cls=Command)
def list_plugins(output: Output = Format.TEXT) -> None:
    """List the installed plugins.

    Examples:

      pocket plugins list

      pocket plugins list --output json
    """
    from pocket.plugin.store import Store
    from pocket.supervisor.quarantine import quarantined

    store = Store()
    listing = store.listing()
    held = quarantined(store.home)
    for problem in listing.problems:
        print_error(problem, output)
    if output is not Format.TEXT:
        emit(
            [
                _manifest_json(plugin.manifest) | {"quarantine": held.get(plugin.name)}
                for plugin in listing.plugins
            ],
            output,
        )
        return
    if not listing.plugins and listing.problems:
        return
    if not listing.plugins:
        note(f"no plugins in {store.plugins_folder}; `pocket plugins install FILE` adds one")
        return
    rows = [
        (
            plugin.name,
            plugin.manifest.version,
            _node_types(plugin.manifest),
            _one_line(plugin.manifest),
        )
        for plugin in listing.plugins
    ]
    print(table(rows, ("NAME", "VERSION", "NODES", "DESCRIPTION")))
    for name, reason in held.items():
        note(f"{name} is in quarantine, because it does not start: {reason}")


@app.command(cls=Command)
def info(name: PluginName, output: Output = Format.TEXT) -> None:
    """Show what an installed plugin is, what it may use, and whether the policy refuses it.

    Examples:

      pocket plugins info sentiment-analyzer
    """
    from pocket.plugin.store import Store

    store = Store()
    plugin = store.get(name)
    refused = _refused(plugin.manifest, store.home)
    if output is not Format.TEXT:
        more = {"folder": str(plugin.folder), "refused": [problem_json(it) for it in refused]}
        emit(_manifest_json(plugin.manifest) | more, output)
        return
    _print_manifest(plugin.manifest)
    print(f"folder:      {plugin.folder}")
    if refused:
        print(f"policy:      refuses it; `pocket policy check {plugin.name}` says why")


@app.command(cls=Command)
def install(
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A .tar.gz, a folder or a URL.")
    ],
    sha256: Annotated[
        str | None, typer.Option(metavar="HEX", help="Refuse a file with another SHA-256.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an installed one.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree to all that it asks for.")
    ] = False,
    output: Output = Format.TEXT,
) -> None:
    """Install a plugin, after it was checked, compiled and started once in its sandbox.

    A plugin that asks for more than memory and time, or for more than the installed one that it
    replaces, is installed only if you agree: at a terminal you are asked, elsewhere --yes says so.

    Examples:

      pocket plugins install sentiment-analyzer.tar.gz

      pocket plugins install https://example.com/plugin.tar.gz --sha256 9f86d0...

      pocket plugins install ./my-plugin --replace --yes
    """
    from pocket.plugin.consent import Difference
    from pocket.plugin.package import parse_package, read_package
    from pocket.plugin.sources import fetch
    from pocket.supervisor.host import Host

    if Path(source).is_dir():
        if sha256 is not None:
            raise InvalidInput("--sha256 is for a file or a URL, not for a folder")
        package = read_package(Path(source))
    else:
        with _progress(source) as on_progress:
            data = fetch(source, sha256=sha256, on_progress=on_progress)
        package = parse_package(data, source)
    with Host() as host:
        host.admit(package)
        if not replace:
            host.store.require_vacant(package.manifest.name)
        difference = Difference.from_installed(host.store, package.manifest)
        ask_consent(difference, yes=yes)
        host.load(package)
        installed = host.store.install(package, replace=replace)
    if output is not Format.TEXT:
        shown = {"folder": str(installed.folder), "difference": difference.to_json()}
        emit(_manifest_json(installed.manifest) | shown, output)
        return
    print(f"installed {installed.name} {installed.manifest.version} in {installed.folder}")
    print(f"nodes: {_node_types(installed.manifest)}")
    for line in installed.manifest.permissions.in_words():
        say(f"it {line}")


@app.command(cls=Command)
def validate(
    path: Annotated[Path, typer.Argument(metavar="DIR|FILE", help="A plugin's folder or .tar.gz.")],
    output: Output = Format.TEXT,
) -> None:
    """Check a plugin: its manifest, its package, its wasm file and its metadata.

    Examples:

      pocket plugins validate ./my-plugin/

      pocket plugins validate sentiment-analyzer.tar.gz --output json
    """
    from pocket.plugin.package import read_package
    from pocket.supervisor.host import Host

    package = read_package(path)
    with Host() as host:
        plugin = host.load(package)
    nodes = [node.to_json() for node in plugin.nodes.values()]
    if output is not Format.TEXT:
        emit(_manifest_json(package.manifest) | {"valid": True, "metadata": nodes}, output)
        return
    print(f"{path}: valid")
    _print_manifest(package.manifest)
    print(f"module:      {package.manifest.binary}, {format_bytes(len(package.module))}")


@app.command(cls=Command)
def remove(
    name: PluginName,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Keep what the plugin stored.")
    ] = False,
) -> None:
    """Remove an installed plugin, and what it kept in its store.

    Examples:

      pocket plugins remove sentiment-analyzer

      pocket plugins remove sentiment-analyzer --keep-data
    """
    from pocket.plugin.store import Store

    Store().remove(name, keep_data=keep_data)
    print(f"removed {name}")


@app.command(cls=Command)
def release(name: PluginName) -> None:
    """Let a plugin in quarantine start again.

    A plugin gets there by failing to start several times in a row.

    Examples:

      pocket plugins release sentiment-analyzer
    """
    from pocket.plugin.store import Store
    from pocket.supervisor import quarantine

    released = quarantine.release(Store().home, name)
    print(f"released {name}" if released else f"{name} is not in quarantine")


app.command(cls=Command)(call)


def _refused(manifest: Manifest, home: Path) -> Sequence[Problem]:
    """Give why the policy keeps a plugin from being loaded; one with mistakes keeps all of them."""
    from pocket.plugin.admission import refusals
    from pocket.plugin.policy import Policy

    try:
        return refusals(manifest, Policy.load(home), home)
    except InvalidPolicy as error:
        return error.problems


def _node_types(manifest: Manifest) -> str:
    return ", ".join(node.type for node in manifest.nodes)


def _one_line(manifest: Manifest) -> str:
    return manifest.description.split("\n", 1)[0]


def _print_manifest(manifest: Manifest) -> None:
    say(f"{manifest.name} {manifest.version}: {_one_line(manifest)}")
    for label, text in (("author", manifest.author), ("license", manifest.license)):
        if text:
            say(f"{label + ':':<13}{text}")
    say("nodes:")
    for node in manifest.nodes:
        say(f"  {node.type:<20} {node.description}")
    say("permissions:")
    for line in manifest.permissions.in_words():
        say(f"  {line}")
    say(f"state:       {manifest.state}")


def _manifest_json(manifest: Manifest) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "version": manifest.version,
        "description": manifest.description,
        "author": manifest.author,
        "license": manifest.license,
        "nodes": [
            {"type": node.type, "category": node.category, "description": node.description}
            for node in manifest.nodes
        ],
        "permissions": manifest.permissions.to_json(),
        "permissions_in_words": manifest.permissions.in_words(),
        "state": manifest.state,
    }


@contextmanager
def _progress(source: str) -> Iterator[Progress | None]:
    """Show a bar while a URL is read, if somebody is looking."""
    if "://" not in source or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("download", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
