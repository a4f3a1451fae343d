"""Writes the reference pages that come out of the code; `--check` says whether they are stale."""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import typer.main
from languages_page import matrix, short
from limits_page import limits_page
from markdown import fill, properties, table
from typer import Typer
from workflows_page import workflows_page

import pocket
from pocket import errors, metrics
from pocket.cli.main import app
from pocket.document import JSON, parse_document
from pocket.plugin.manifest import manifest_schema, parse_manifest
from pocket.plugin.policy import Policy
from pocket.plugin.policy_reader import policy_schema
from pocket.supervisor.meter import BUCKETS_S

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

workflow:
  exec: none

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

**Commands.** With `workflow.exec: none` a workflow that uses the node type
[exec](workflows.md#exec) is refused when it is loaded; `pocket run --no-exec` does the same for one
run. The policy that counts is that of the Pocket home.

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


def api_page() -> str:
    """Give docs/api.md."""
    sections = [api_section(name, value) for name, value in public_values()]
    return f"""{NOTE}
# The Python API

```python
{(inspect.getdoc(pocket) or "").partition("```python")[2].partition("```")[0].strip()}
```

Everything public is a name of `pocket`. The errors are in [errors.md](errors.md).

{chr(10).join(sections)}"""


def metrics_page() -> str:
    """Give docs/metrics.md."""
    said = inspect.getdoc(metrics) or ""
    kinds = [
        *((kind, "gauge") for kind in metrics.GAUGES),
        *((kind, "counter") for kind in metrics.COUNTERS),
        (metrics.CALLS, "counter"),
        (metrics.DURATION, "histogram"),
    ]
    rows = [[f"`{kind.name}`", form, kind.help] for kind, form in kinds]
    return f"""{NOTE}
# Metrics

{said}

Each has the label `plugin`, the name in the manifest.

{table(["metric", "", ""], rows)}

The buckets of durations go from {BUCKETS_S[0] * 1e6:.0f} us to {BUCKETS_S[-1]:.0f} s. Without a
collector nothing is counted but what a pool of workers knows anyway, which `Plugin.status` gives
without Prometheus, too.
"""


def public_values() -> Iterator[tuple[str, type]]:
    """Give every public class that is no error."""
    for name in pocket.__all__:
        value = getattr(pocket, name)
        if isinstance(value, type) and not issubclass(value, Exception):
            yield name, value


def api_section(name: str, value: type) -> str:
    """Describe one class: what it is, how it is made, what it can do."""
    said = inspect.getdoc(value) or ""
    # In the quotation marks of the formatter, which looks into Markdown too.
    code = "\n".join(fields(value)).replace("'", '"')
    if not code and "Made by" not in said and not is_protocol(value):
        code = signature(name, value).removesuffix(" -> None")
    parts = [f"## {name}", f"```python\n{code}\n```" if code else "", as_markdown(said)]
    parts += [member_section(name, member, of) for member, of in public_members(value)]
    return "\n\n".join(part for part in parts if part) + "\n"


def is_protocol(value: type) -> bool:
    """Tell whether a class is a shape that others fill, which nobody makes."""
    return getattr(value, "_is_protocol", False)


def fields(value: Any) -> list[str]:
    """Give a line for every field of a dataclass or named tuple, or member of an enum."""
    if hasattr(value, "__members__"):
        return [f"{name} = {member.value!r}" for name, member in value.__members__.items()]
    if not hasattr(value, "_fields") and not dataclasses.is_dataclass(value):
        return []
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(value).parameters.items()
        if isinstance(parameter.default, (bool, int, float, str, tuple, type(None)))
        and not hasattr(parameter.default, "_fields")
    }
    return [
        f"{name}: {getattr(kind, '__forward_arg__', kind)}"
        + (f" = {defaults[name]!r}" if name in defaults else "")
        for name, kind in value.__annotations__.items()
    ]


def public_members(value: type) -> Iterator[tuple[str, object]]:
    """Give the methods and properties of a class, in the order of its text."""
    for name, member in vars(value).items():
        documented = isinstance(member, (property, classmethod, staticmethod))
        if not name.startswith("_") and (documented or inspect.isfunction(member)):
            yield name, member


def member_section(owner: str, name: str, member: object) -> str:
    """Describe one method or property."""
    said = as_markdown(inspect.getdoc(member) or "")
    if isinstance(member, property):
        return f"### {owner}.{name}\n\n{said}"
    function = getattr(member, "__func__", member)
    word = "async def " if inspect.iscoroutinefunction(function) else ""
    return f"### {owner}.{name}\n\n```python\n{word}{signature(name, function)}\n```\n\n{said}"


def signature(name: str, function: Any) -> str:
    """Write how something is called, without `self`."""
    found = inspect.signature(function)
    kept = [p for p in found.parameters.values() if p.name not in {"self", "cls"}]
    text = str(found.replace(parameters=kept))
    # Annotations are texts, which `inspect` puts into quotation marks.
    return name + re.sub(r"'([^']*)'", r"\1", text)


SECTION = re.compile(r"^(Args|Raises|Attributes):\n((?: {4}.*\n?|\n)+)", re.MULTILINE)
ENTRY = re.compile(r"^(\w[\w, ]*): ", re.MULTILINE)
HEADINGS = {"Args": "Arguments", "Raises": "Raises", "Attributes": "Attributes"}


def as_markdown(said: str) -> str:
    """Turn the sections of a docstring into lists."""
    return SECTION.sub(lambda part: f"{HEADINGS[part[1]]}:\n\n{as_list(part[2])}\n\n", said).strip()


def as_list(text: str) -> str:
    """Turn the entries of a docstring's section into a list."""
    entries = ENTRY.sub(r"- `\1`: ", textwrap.dedent(text).strip())
    return entries.replace("\n    ", "\n  ")


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
plugins and compiled code, `~/.pocket` if unset. [errors.md](errors.md) lists the exit codes.

Once you have run

```bash
pocket --install-completion
```

and opened a new shell, the Tab key completes commands, options, installed plugins and node types.
It knows bash, zsh and fish. `pocket --show-completion` prints the script instead, for those who
keep such scripts themselves.

{sections}"""


def with_table(name: str, content: str) -> str:
    """Give a page that people write, with the table of languages in it."""
    return fill((DOCS / name).read_text(encoding="utf-8"), "languages", content)


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args().check
    pages = {
        "api.md": api_page(),
        "cli.md": cli_page(app),
        "errors.md": errors_page(),
        "limits.md": f"{NOTE}{limits_page()}",
        "manifest.md": manifest_page(),
        "metrics.md": metrics_page(),
        "plugins/README.md": with_table("plugins/README.md", matrix()),
        "../README.md": with_table("../README.md", short()),
        "policy.md": policy_page(),
        "workflows.md": f"{NOTE}\n{workflows_page()}",
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
