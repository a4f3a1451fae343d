"""The command `pocket`: its groups, and how every error ends."""

from __future__ import annotations

import itertools
import os
import re
import sys
from io import TextIOWrapper
from types import ModuleType
from typing import Annotated, Any

import typer

from pocket.cli.help import Command, Group
from pocket.cli.interrupts import Interrupts
from pocket.cli.logs import LogLevel, show_logs
from pocket.cli.output import Format, note, print_error
from pocket.errors import InvalidInput, PocketError
from pocket.lazy import LazyMapping

_COMMANDS = {
    "run": "Run a workflow and print the output of its last node.",
    "graph": "Print a workflow's nodes and the ways between them, as far as they are known.",
    "bench": "Measure what a plugin costs: latency, start, where the time goes, CPU, memory, "
    "system calls.",
    "schema": "Print the JSON Schema of workflow files, of manifests or of reports of "
    "`pocket bench`.",
    "version": "Show the versions of Pocket, of its worker and of Python.",
    "plugins": "Write, install, inspect and call plugins.",
    "nodes": "Show the node types that workflows can use.",
    "policy": "Show what the operator allows plugins.",
    "security": "See what holds plugins on this machine.",
}
"""With what `--help` says of each, as the command does: so a list of them imports none."""
_PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None}


class Pocket(Group):
    """All commands; each has a module of its name, with a function of that name or a group."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = LazyMapping("pocket.cli", tuple(_COMMANDS), _command)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Give the names of all."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Give what a list of commands or a shell that completes one needs of it."""
        line = _COMMANDS.get(cmd_name)
        return None if line is None else Command(cmd_name, short_help=line)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Give the command that is to be run."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else self.commands[name], rest


def _command(name: str, module: ModuleType) -> Any:
    alone = typer.Typer(**_PLAIN)
    if hasattr(module, "app"):
        alone.add_typer(module.app, name=name)
    else:
        alone.command(name, cls=Command)(getattr(module, name))
    return typer.main.get_group(alone).commands[name]


def _options(
    log: Annotated[
        LogLevel,
        typer.Option("--log", help="Show what plugins log, from this level on.", show_default=True),
    ] = LogLevel.WARNING,
) -> None:
    """Set up what all commands share."""
    show_logs(log)


app = typer.Typer(
    name="pocket",
    help="Run workflows whose steps are untrusted WebAssembly plugins, each in its own limited "
    "process.",
    epilog="""
    pocket plugins install sentiment-analyzer.tar.gz
    pocket plugins test sentiment-analyzer
    pocket run workflow.yaml --input '{"text": "I love it"}'
    pocket nodes list
    """,
    cls=Pocket,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(_options)


def _wanted_format(arguments: list[str]) -> Format:
    """Give the format of `--output`, for an error that ends the command that would know it."""
    words = [word for argument in arguments for word in _OUTPUT.sub(r"\1 ", argument).split(" ", 1)]
    asked = [after for word, after in itertools.pairwise(words) if word in {"--output", "-o"}]
    return Format.JSON if asked[-1:] == ["json"] else Format.TEXT


_OUTPUT = re.compile(r"^(--output(?==)|-o(?=.))=?")
"""The option, where its value belongs to the same argument."""


def main() -> None:
    """Run the command line; the exit codes are in docs/errors.md."""
    interrupts = Interrupts()
    interrupts.listen()
    try:
        _run_and_report()
    except (KeyboardInterrupt, SystemExit):
        if interrupts.exit_code is None:
            raise
        # All was ended and closed on the way here; what Python does at its end would hear Ctrl-C.
        os._exit(interrupts.exit_code)


def _run_and_report() -> None:
    try:
        _run()
    except PocketError as error:
        print_error(error, _wanted_format(sys.argv))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read the output has had enough.
        _drop_output()
        sys.exit(0)
    except OSError as error:
        _drop_output()
        refused = InvalidInput(f"{error.filename or 'the output'}: {error.strerror}")
        print_error(refused, _wanted_format(sys.argv))
        sys.exit(refused.exit_code)
    except Exception as error:
        if os.environ.get("POCKET_TRACEBACK"):
            raise
        note(f"error: a bug in Pocket: {type(error).__name__}: {error}")
        note("hint: please report it, with the output of POCKET_TRACEBACK=1 pocket ...")
        sys.exit(1)


def _drop_output() -> None:
    """Send what is left of the output nowhere: Python would complain again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run() -> None:
    if sys.stdout is None:
        raise InvalidInput("stdout is closed", hint="send it to /dev/null, if nobody wants it")
    if isinstance(sys.stdout, TextIOWrapper):
        # As JSON has to be, and as all that is read is, whatever the locale says.
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        app(prog_name="pocket")
    except SystemExit as ending:
        # typer makes exit code 1 of it, which is that of a bug.
        if isinstance(ending.__context__, BrokenPipeError):
            raise ending.__context__ from None
        raise
    finally:
        # A reader that has gone is found out here, not when Python exits.
        sys.stdout.flush()


if __name__ == "__main__":
    main()
