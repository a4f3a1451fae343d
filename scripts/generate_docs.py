"""Writes the reference pages that come out of the code; `--check` says whether they are stale."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import typer.main
from markdown import properties, table
from typer import Typer
from workflows_page import workflows_page

from pocket import errors
from pocket.cli.main import app
from pocket.document import JSON, parse_document
from pocket.plugin.manifest import manifest_schema, parse_manifest
from pocket.plugin.policy import Policy
from pocket.plugin.policy_reader import policy_schema

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
  network: [api.example.com, "*.trusted-domain.com"]
  env: [API_KEY]
  filesystem: [read:/data, write:/data/out]
  disk: 10MB
  store: 1MB

state: fresh
"""

POLICY = """\
limits:
  memory: 256MB
  cpu: 2s
  timeout: 30s
  store: 10MB

network:
  allow: ["*.example.com", "https://api.trusted-domain.com"]
  deny: [internal.example.com]

env:
  allow: [ACME_*]

filesystem:
  read: [/data]
  write: [/data/out]

plugins:
  deny: [acme-legacy]
  overrides:
    sentiment-analyzer:
      limits:
        memory: 1GB
      network: none
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
`1.5s`, `1h30m`. Permissions default to nothing but the limits above; [permissions](permissions.md)
says what each of them gives. They may also be a list:

```yaml
permissions:
  - memory: 50MB
  - cpu: 100ms
```

`binary: plugin.wasm` also finds `dist/plugin.wasm`, if exactly one file of the package has that
name.
"""


def policy_page() -> str:
    """Give docs/policy.md."""
    policy = Policy.from_mapping(
        cast(
            "dict[str, JSON]",
            parse_document(POLICY, "docs/policy.md", error=errors.InvalidPolicy).data,
        )
    )
    assert policy.overrides
    rows = list(properties(policy_schema()))
    return f"""{NOTE}
# The policy

What the operator allows. A manifest says what its plugin asks for; `policy.yaml` in the Pocket home
(`~/.pocket`, or `$POCKET_HOME`) says how much of that any plugin may have. Without the file, a
plugin gets what its manifest names and whoever installed it agreed to
([permissions](permissions.md)).

```yaml
{POLICY}```

{table(["field", "type", "default", ""], rows)}

**A plugin that asks for more is not loaded.** The error, `PermissionDenied`, names everything that
is too much, each with its line in the manifest and in the policy. A limit that a manifest does not
name at all is lowered to the policy's instead: the plugin never asked for the default.

**Allowed and denied.** Without `allow`, everything is allowed that is not denied; an empty `allow`
and `none` allow nothing. A denial wins. `network.allow` has to cover a rule of a manifest whole:
`*.example.com` covers `api.example.com` and `*.eu.example.com`, but neither `example.com` nor, as a
rule without a port means the default ports, `api.example.com:8443`. `network.deny` refuses a rule
of a manifest that touches it anywhere: `deny: [bad.example.com]` refuses `*.example.com` too, and
every port. A name that leads to a denied address is not recognised by it; private addresses are
refused when the plugin asks for them, whatever their names.

**Folders** are compared after all links were followed, on both sides. Beneath an allowed folder a
link to elsewhere gives nothing.

**Names of plugins** are what manifests say. A policy by names is worth as much as the care with
which plugins are installed, or loaded by their paths.

**The file itself** has to belong to you or to root, and so has its folder; if anybody else can
write to either, or the file has a mistake, no plugin is loaded (`InvalidPolicy`). It is read
whenever a plugin is loaded; what is running goes on as it was loaded.

`pocket policy show` prints it, `pocket policy show --plugin NAME` what holds for one plugin, and
`pocket policy check` says which installed plugins it refuses, and why, without starting any. From
Python, `pocket.Policy.read(path)` and `Policy.from_mapping({{...}})` give a policy.
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
        "policy.md": policy_page(),
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
