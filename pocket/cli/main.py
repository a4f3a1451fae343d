"""The command `pocket`: its groups, and how every error ends."""

from __future__ import annotations

import itertools
import os
import sys
from types import ModuleType
from typing import Annotated, Any

import typer

from pocket.cli.help import Command, Group
from pocket.cli.logs import LogLevel, show_logs
from pocket.cli.output import Format, note, print_error
from pocket.errors import PocketError
from pocket.lazy import LazyMapping

_INTERRUPTED = 130
_COMMANDS = ("run", "graph", "bench", "schema", "version", "plugins", "nodes", "policy", "security")
_PLAIN: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None}


class Pocket(Group):
    """All commands; each has a module of its name, with a function of that name or a group."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = LazyMapping("pocket.cli", _COMMANDS, _command)


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
    words = [word for argument in arguments for word in argument.split("=", 1)]
    asked = [after for word, after in itertools.pairwise(words) if word in _OUTPUT]
    return Format.JSON if asked[-1:] == ["json"] else Format.TEXT


_OUTPUT = {"--output", "-o"}


def main() -> None:
    """Run the command line; the exit codes are in docs/errors.md."""
    try:
        _run()
    except PocketError as error:
        print_error(error, _wanted_format(sys.argv))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has had enough; Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("POCKET_TRACEBACK"):
            raise
        note(f"error: a bug in Pocket: {type(error).__name__}: {error}")
        note("hint: please report it, with the output of POCKET_TRACEBACK=1 pocket ...")
        sys.exit(1)


def _run() -> None:
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
