"""The page on the command line: what `--help` says, command by command."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main
from markdown import table
from typer import Typer


def commands(cli: Any, path: str) -> Iterator[str]:
    """Give a section for every command, in the order of `--help`."""
    for name, command in cli.commands.items():
        full = f"{path} {name}"
        if hasattr(command, "commands"):
            yield from commands(command, full)
        else:
            yield command_section(full, command)


def command_section(name: str, command: Any) -> str:
    """Describe one command."""
    rows = []
    words = [name]
    for parameter in command.params:
        metavar = parameter.metavar or ""
        if parameter.param_type_name == "argument":
            words.append(metavar)
            rows.append([f"`{metavar}`", getattr(parameter, "help", "") or ""])
        elif parameter.name != "help":
            rows.append(
                [
                    f"`{', '.join(parameter.opts)}{' ' + metavar if metavar else ''}`",
                    parameter.help or "",
                ]
            )
    text, _, examples = inspect.cleandoc(command.help or "").partition("Examples:")
    listed = "\n".join(line.strip() for line in examples.splitlines() if line.strip())
    return f"""## {" ".join(words)}

{text.strip()}

{table(["", ""], rows)}

```bash
{listed}
```
"""


def cli_page(cli: Typer) -> str:
    """Give docs/cli.md, without the note above it."""
    sections = "\n".join(commands(typer.main.get_command(cli), "pocket"))
    return f"""# The command line

`--help` of each command says the same. `--output json|yaml` is for programs. Colours and progress
are for terminals only; `NO_COLOR` turns colours off. `POCKET_HOME` names the folder of installed
plugins and compiled code, `~/.pocket` if unset. [errors.md](errors.md) lists the exit codes.

Once you have run

```bash
pocket --install-completion
```

and opened a new shell, the Tab key completes commands, options, installed plugins and node types.
It knows bash, zsh and fish. `pocket --show-completion` prints the script instead, for those who
keep such scripts themselves.

{sections}"""
