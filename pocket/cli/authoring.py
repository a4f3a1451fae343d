"""`pocket plugins new|build|test|package`: what the author of a plugin types."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from pocket.cli.help import Command
from pocket.cli.options import Output, complete_plugin
from pocket.cli.output import Format, emit, json_text, note, print_error, print_warnings, say
from pocket.cli.progress import Progress
from pocket.document import JSON
from pocket.errors import ExampleFailed, InvalidInput, PocketError
from pocket.units import format_bytes

if TYPE_CHECKING:
    from pocket.authoring.trial import Trial


def add_to(app: typer.Typer) -> None:
    """Add the commands to the group `plugins`."""
    app.command("new", cls=Command)(new)
    app.command("build", cls=Command)(build)
    app.command("test", cls=Command)(run_examples)
    app.command("package", cls=Command)(package)


# Each language has a folder there; what builds it is imported when it is needed.
_TEMPLATES: Final = Path(__file__).parents[1] / "authoring" / "templates"
_LANGUAGES: Final = sorted(folder.name for folder in _TEMPLATES.glob("*"))


def _complete_language(incomplete: str) -> list[str]:
    return [name for name in _LANGUAGES if name.startswith(incomplete)]


Folder = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="The plugin's folder; this one if left out.")
]


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the plugin and its folder.")],
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="LANGUAGE",
            help=f"One of {', '.join(_LANGUAGES)}.",
            autocompletion=_complete_language,
        ),
    ] = None,
    sdk: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder sdk of Pocket's repository."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Make the folder of a new plugin: source, tests, manifest, and the SDK beside them.

    Examples:

      pocket plugins new word-count --lang typescript

      pocket plugins new word-count --lang rust --sdk ~/pocket/sdk
    """
    from pocket.authoring.scaffold import create
    from pocket.nodes.catalog import BUILTIN

    if lang is None:
        raise InvalidInput("--lang is missing", hint=f"it can be {', '.join(_LANGUAGES)}")
    folder = create(name, lang, into=Path(), sdk=sdk, taken=BUILTIN)
    if output is not Format.TEXT:
        emit({"folder": str(folder.resolve()), "language": lang}, output)
        return
    print(f"made {folder}/, a plugin with one node; its README.md says what is where; next:\n")
    print(f"  cd {folder}")
    for step in ("build", "test", "package", f"install {name}.tar.gz"):
        print(f"  pocket plugins {step}")


def build(
    folder: Folder = Path(),
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="LANGUAGE",
            help="Where the folder's files could be several's.",
            autocompletion=_complete_language,
        ),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Build a plugin with its language's own tools: npm, cargo, go, make.

    What the folder says is run as you, outside of the sandbox. Do not build what you do not trust;
    installing and running it needs no build.

    Examples:

      pocket plugins build

      pocket plugins build ./word-count --output json
    """
    from pocket.authoring.build import build as build_plugin

    with Progress(wanted=output is Format.TEXT) as progress:
        built = build_plugin(folder, language=lang, show=progress.show)
    size, module = len(built.package.module), folder / built.package.module_path
    if output is not Format.TEXT:
        found: dict[str, JSON] = {
            "name": built.package.manifest.name,
            "tool": built.tool,
            "module": str(module),
            "size_bytes": size,
        }
        emit(found, output)
        return
    print(f"built {module}, {format_bytes(size)}, with {built.tool}")


def run_examples(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|DIR|FILE]",
            help="An installed plugin, or a path; this folder if left out.",
            autocompletion=complete_plugin,
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Build and test a folder again whenever a source changes."),
    ] = False,
    output: Output = Format.TEXT,
) -> None:
    """Run the examples of a plugin's metadata and compare what it gives with what they promise.

    Inputs and outputs also have to fit the node's inputSchema and outputSchema. A folder or a
    .tar.gz is written with a slash: ./my-plugin

    With --watch the folder is built as by `pocket plugins build`, now and after each change, until
    Ctrl-C: what the folder says is run as you, outside of the sandbox.

    Examples:

      pocket plugins test

      pocket plugins test ./my-plugin

      pocket plugins test sentiment-analyzer

      pocket plugins test --watch
    """
    if watch:
        _keep_testing(_this_folder() if name is None else Path(name), output)
    _test(_this_folder() if name is None else name, output)


def _keep_testing(folder: Path, output: Format) -> NoReturn:
    from pocket.authoring.sources import Sources

    if output is not Format.TEXT or not folder.is_dir():
        raise InvalidInput(
            "--watch is for people, and for the folder of a plugin",
            hint="leave out --output" if folder.is_dir() else "name a folder, as in ./my-plugin",
        )
    sources = Sources(folder)
    while True:
        try:
            build(folder)
            _test(folder)
        except PocketError as error:
            print_error(error)
        note("\nwaiting for changes; Ctrl-C ends it")
        changed = sources.changed()
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        note(f"\n{changed[0]}{more} changed")


def _test(plugin: str | Path, output: Format = Format.TEXT) -> None:
    from pocket.authoring.trial import try_examples
    from pocket.supervisor.host import Host

    with Host() as host:
        trials = list(try_examples(host.load(plugin)))
    failed = sum(not trial.passed for trial in trials)
    if output is not Format.TEXT:
        emit([trial.to_json() for trial in trials], output)
    else:
        for trial in trials:
            _print_trial(trial)
        print(f"{len(trials)} examples, {failed} failed")
    if failed:
        raise ExampleFailed(f"plugin {plugin}: {failed} of {len(trials)} examples failed")
    if not trials:
        note("the metadata has no `examples`: with some, this would say whether they hold")


def package(
    folder: Folder = Path(),
    to: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to; NAME.tar.gz here if left out."),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Write a plugin's package, after it was checked and started once in its sandbox.

    The same manifest and wasm file give the same bytes, so anybody can compare the SHA-256.

    Examples:

      pocket plugins package

      pocket plugins package ./word-count --to dist/word-count.tar.gz
    """
    from pocket.authoring.package_file import write_package
    from pocket.plugin.package import read_package
    from pocket.supervisor.host import Host

    found = read_package(folder)
    with Progress(wanted=output is Format.TEXT) as progress, Host() as host:
        progress.show("checking")
        host.load(found)
    file = to or Path(f"{found.manifest.name}.tar.gz")
    written = write_package(found, file)
    print_warnings(written.warnings, output)
    if output is not Format.TEXT:
        shown: dict[str, JSON] = {
            "file": str(written.file),
            "size_bytes": written.size_bytes,
            "sha256": written.sha256,
        }
        emit(shown, output)
        return
    print(f"wrote {written.file}, {format_bytes(written.size_bytes)}")
    print(f"SHA-256 {written.sha256}")


def _this_folder() -> Path:
    from pocket.plugin.manifest import FILE_NAME

    if not Path(FILE_NAME).exists():
        raise InvalidInput(
            f"there is no {FILE_NAME} in this folder", hint="name a plugin, or go to its folder"
        )
    return Path()


def _print_trial(trial: Trial) -> None:
    say(f"{'ok    ' if trial.passed else 'FAILED'} {trial.node}: {trial.example}")
    if trial.passed:
        return
    for problem in trial.problems:
        say(f"  schema:   {problem}")
    if trial.error is not None:
        say(f"  expected: {json_text(trial.expected)}")
        say(f"  error:    {trial.error}")
    elif trial.differences:
        say(f"  expected: {json_text(trial.expected)}")
        say(f"  actual:   {json_text(trial.actual)}")
        for difference in trial.differences:
            say(f"  differs:  {difference}")
