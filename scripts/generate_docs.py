"""Writes the reference pages that come out of the code; `--check` says whether they are stale."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from markdown import properties, table
from typer import Typer
from workflows_page import workflows_page

from pocket import errors
from pocket.cli.main import app
from pocket.plugin.manifest import manifest_schema, parse_manifest

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Written by scripts/generate_docs.py; change the code instead. -->\n"

EXAMPLE = """\
name: sentiment-analyzer
version: 1.0.0
description: Sentiment analysis plugin for Pocket
author: Your Name
license: MIT

runtime: wasm
binary: plugin.wasm

nodes:
  - type: sentiment
    category: ai
    description: Analyze text sentiment

requirements:
  pocket: ">=0.5.0"
  memory: 50MB

permissions:
  memory: 50MB
  cpu: 100ms
  timeout: 2s

state: fresh
"""


def manifest_page() -> str:
    """Give docs/manifest.md."""
    parse_manifest(EXAMPLE.encode(), "docs/manifest.md")
    rows = list(properties(manifest_schema()))
    return f"""{NOTE}
# The manifest

`manifest.yaml` stands at the top of a package, beside the wasm file or above its folder. An unknown
key is an error; `pocket plugins validate DIR` shows every error at once, with its line and column.

```yaml
{EXAMPLE}```

{table(["field", "type", "default", ""], rows)}

Sizes are written like `50MB` or `50MiB`, both of 1024 x 1024 bytes; durations as in Go: `300ms`,
`1.5s`, `1h30m`. Permissions default to nothing but the limits above. They may also be a list:

```yaml
permissions:
  - memory: 50MB
  - cpu: 100ms
```

`binary: plugin.wasm` also finds `dist/plugin.wasm`, if exactly one file of the package has that
name.
"""


def error_classes(base: type[errors.PocketError] = errors.PocketError) -> Iterator[list[str]]:
    """Give a row for every error class, subclasses below their base."""
    for kind in base.__subclasses__():
        said = inspect.getdoc(kind) or ""
        retry = "yes" if kind.retryable else ""
        summary = said.split("\n\n")[0].replace("\n", " ")
        yield [
            f"`{kind.__name__}`",
            f"`{kind.code}`",
            str(kind.exit_code),
            kind.fault.value,
            retry,
            summary,
        ]
        yield from error_classes(kind)


def errors_page() -> str:
    """Give docs/errors.md."""
    heading = ["error", "code", "exit code", "whose fault", "worth a retry", ""]
    return f"""{NOTE}
# Errors

Every error derives from `pocket.PocketError` and has a `message`, a `hint` that says what to do, or
None, a stable `code`, its `fault` and whether it is `retryable`. In a workflow `step` names the
node that failed. Errors of a call have `plugin`, `node` and, for crashes, a `detail` with the last
lines of the plugin's log. Errors of files have `problems`, each with file, line, column, path and
hint.

The command line exits with the code below; with 1 for a bug in Pocket, 2 for wrong usage, 130 after
Ctrl-C. With `--output json` an error is one JSON object on stderr.

{table(heading, list(error_classes()))}
"""


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
    """Give docs/cli.md."""
    sections = "\n".join(commands(typer.main.get_command(cli), "pocket"))
    return f"""{NOTE}
# The command line

`--help` of each command says the same. `--output json|yaml` is for programs. Colours and progress
are for terminals only; `NO_COLOR` turns colours off. `POCKET_HOME` names the folder of installed
plugins and compiled code, `~/.pocket` if unset. `pocket --install-completion` completes commands,
plugins and node types in your shell.

{sections}"""


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args().check
    pages = {
        "manifest.md": manifest_page(),
        "workflows.md": f"{NOTE}\n{workflows_page()}",
        "errors.md": errors_page(),
        "cli.md": cli_page(app),
    }
    stale = [name for name, text in pages.items() if _current(name) != text]
    if check:
        for name in stale:
            print(
                f"error: docs/{name} is stale; run `python scripts/generate_docs.py`",
                file=sys.stderr,
            )
        return bool(stale)
    for name in stale:
        (DOCS / name).write_text(pages[name], encoding="utf-8")
        print(f"wrote docs/{name}")
    return 0


def _current(name: str) -> str | None:
    file = DOCS / name
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
