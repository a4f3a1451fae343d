"""The page on workflows: prose here, tables and nodes out of the schema and the code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from markdown import properties, table
from nodes_pages import node_list

from pocket.document import parse_document
from pocket.errors import InvalidWorkflow
from pocket.flow import Workflow
from pocket.workflow.functions import FUNCTIONS
from pocket.workflow.schema import workflow_schema

FILE = """\
name: greeting
description: Greets people in their language
nodes:
  - name: choose
    type: conditional
    config:
      conditions:
        - if: '{{eq .language "fr"}}'
          then: french
      else: english

  - name: french
    type: template
    config:
      template: "Bonjour {{.name}}"

  - name: english
    type: template
    config:
      template: "${GREETING:Hello} {{.name}}"
"""

CONNECTED = """\
name: connected
nodes:
  - {name: parse, type: template, config: {template: "{{.text}}", output_format: json}}
  - {name: report, type: echo, config: {message: parsed}}
  - {name: apologise, type: template, config: {template: "{{.error.message}}"}}
connections:
  - {from: parse, to: report}
  - {from: parse, to: apologise, action: error}
"""

CARE = """\
name: careful
nodes:
  - name: translate
    type: echo
    timeout: 2s
    retry: {max_attempts: 4, delay: 500ms}
    fallback: {node: apologise}
    ends: [default]
  - name: apologise
    type: template
    config: {template: "no translation for {{.text}}"}
"""

PYTHON = """\
import pocket


@pocket.node(
    "word-count",
    category="text",
    config_schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "text": {"type": "string", "format": "template", "default": "{{.text}}"},
            "most": {"type": "integer", "default": 100},
        },
    },
    actions=("default", "long"),
)
def word_count(input, config, scope):
    \"""Counts words.\"""
    words = len(config["text"].split())
    return pocket.Answer({"words": words}, "long" if words > config["most"] else "default")


pocket.Workflow.load("workflow.yaml").run({"text": "I love it"})
"""

STREAM = """\
name: errors-only
nodes:
  - name: keep-errors
    type: filter-lines
    config: {contains: " ERROR "}
    stream: {from: server.log, to: "errors/{{.day}}.log", create_dirs: true}
  - name: report
    type: template
    config: {template: "{{.kept}} of {{.lines}} lines are errors"}
"""

STREAMS = """\
name: two-of-one
nodes:
  - name: both
    type: parallel
    config:
      tasks:
        - name: errors
          node: filter-lines
          config: {contains: " ERROR "}
          stream: {from: server.log, to: errors.log}
        - name: warnings
          node: filter-lines
          config: {contains: " WARN "}
          stream: {from: server.log, to: warnings.log}
"""

_OF_GO = {
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "print",
    "printf",
    "println",
    "html",
    "js",
    "urlquery",
}


def workflows_page() -> str:
    """Give docs/workflows.md, without the note above it."""
    for text in (FILE, CONNECTED, CARE, STREAM, STREAMS):
        Workflow(parse_document(text, "docs/workflows.md", error=InvalidWorkflow))
    return f"""# Workflows

A workflow is a YAML file: nodes, and what leads from one to the next. Each node gets a JSON value,
gives a JSON value, and answers with an *action* that chooses the next node.

```yaml
{FILE}```

```bash
pocket run greeting.yaml --input '{{"name": "Ada", "language": "fr"}}'   # Bonjour Ada
pocket run greeting.yaml --dry-run                                     # checks it, shows the routes
```

Loading a file reports everything that is wrong with it at once, each problem with its line and
column: unknown keys, types and node names, configs that do not fit, templates that do not compile,
two connections for one action. What may be meant but looks wrong is a warning: a node that nothing
leads to, an action that leads nowhere. Warnings are given once there is no error; `--strict` makes
them errors.

[The tutorial](tutorial.md) is a way in, [examples/workflows](../examples/workflows/README.md) has
things that people do, and [go-runner.md](go-runner.md) lists what differs from the Go runner.

`pocket graph greeting.yaml` draws the routes, for Mermaid, for Graphviz (`--format dot`) or as a
picture (`--format svg`); `--trace-file` shows on it where a run went. `pocket schema workflow`
prints a JSON Schema; an editor with a YAML language server completes and checks a file that begins
with `# yaml-language-server: $schema=workflow.schema.json`.

## The file

{table(["field", "type", "default", ""], list(properties(workflow_schema())))}

Anchors, aliases, tags and doubled keys are refused; `yes`, `on` and dates are texts, as in YAML
1.2. Numbers are decimal: `010` is ten, and `0x1F` and `1_000` are texts.

## Routing

After a node has given its output and action, the next node is

1. the one that a connection from it names for that action; else
2. the node of the action's name; else
3. for the action `default`, in a file without connections, the node of the implied chain.

Else the run ends, and its result is that output. Most nodes answer `default`; a plugin may answer
what it likes.

**The implied chain** leads from each node to the one below it in the file, but a node that some
node's config names as an action neither continues the chain nor is reached by it. So `french` above
ends the run, and does not go on to `english`.

**Loops** are fine. A run may take 1,000 steps, or `--max-steps N`.

### Failures

Where a node fails, the connection from it for the action `error` is followed. The node there gets
`{{"error": {{"type": ..., "message": ..., "node": ...}}, "input": ...}}`: the
[code of the error](errors.md), what it says, the node that failed, and that node's input. Without
such a connection the run fails with the error.

```yaml
{CONNECTED}```

### Timeouts, retries, fallbacks

```yaml
{CARE}```

- **`timeout`** ends an attempt for real: the process of a plugin is killed, a wait or a template
  ends. The error is `node-timeout`. A node that only computes and that nothing could end has no
  timeout; such a file is refused. `pocket run --timeout 30s` limits a whole run; nothing stands in
  for what that ends. Neither counts the loading of the file, in which plugins are compiled that
  never were on this machine: that takes seconds, and [has a limit](limits.md) of its own. Neither
  can stop [a node in Python](#nodes-in-python) in the middle of what it does: the run is over when
  its function comes back, or asks its `scope`.
- **`retry`** makes more attempts where that may help: after a crash or a timeout, in short after an
  error that [errors.md](errors.md) calls worth a retry. Bad input, an error that a plugin answers
  with, and a limit of memory or CPU would only come again. Ctrl-C ends the wait between attempts.
  A server's `Retry-After` makes a wait longer, up to `max_delay`. An attempt that could not begin
  within the time of the run is not waited for.
- **`fallback`** stands in after the last attempt, whatever the error was. `output` is taken for the
  node's output, with the action `default`. `node` names a node that runs instead, on the same
  input; what follows it, follows.
- **`ends`** lists actions that end the run at this node, though a node may have that name, and
  `default` ends the implied chain. Where an action leads nowhere, it keeps the warning away.

## Streams

A node type that works on a stream reads and writes bytes of any number in little memory. `stream`
says which files they are; `pocket nodes info` says which types want it.

```yaml
{STREAM}```

Both paths are templates and stay beneath `base_dir`, as those of the `file` node do. The file `to`
is put in its place when the node is done, whole or not at all. The node's output is what the plugin
answers. Its own limits of time and CPU time are those of one chunk, of at most 256 KiB; `timeout`
is the one of all. Where it fails, however it does, the file `to` stays as it was. A task of
[parallel](nodes/parallel.md) has its own `stream`, so that several go on at the same time:

```yaml
{STREAMS}```

### What a run did

`pocket run -v` shows the way that a run took, and `--trace FILE` writes a line of JSON for each
step as it ends, failed ones too (here on several lines):

```json
{{"time": "2026-01-31T12:00:00.123+00:00",
 "workflow": {{"name": "greeting", "description": "Greets people in their language",
              "version": "", "metadata": {{}}}}, "run": 1, "step": 2,
 "node": "french", "type": "template", "action": "default", "duration_us": 84, "outcome": "ok",
 "attempts": 1, "error": null}}
```

`run` is the number of the line with `--lines`, else 1. `outcome` is `ok` or the code of the error,
and `error` what it says. No input or output is written down. From Python, `Workflow.run` takes a
`watcher` that is told the same.

## Variables of the environment

`${{NAME}}` in any text of the file stands for the variable of that name when the workflow is
loaded, `${{NAME:text}}` for the text where there is no such variable; without a text that is an
error. Write `$${{` for a literal `${{`. A variable's value may hold a template; take none from
people you do not trust. `${{{{` is a dollar sign before a template.

## Templates

Texts in the configs of built-in nodes, where it says *template* below, are templates of Go's
[text/template](https://pkg.go.dev/text/template). `.` is the node's input. A text in an input is
never a template itself. Some limits keep a template from running for ever: 64,000 characters of
source, 10,000,000 of text, 100,000 turns of loops, 100,000 calls of functions, 100 templates within
each other, 5 seconds.

Go's own functions are there (`and`, `or`, `not`, `index`, `slice`, `len`, `call`, `eq`, `ne`, `lt`,
`le`, `gt`, `ge`, `print`, `printf`, `println`, `html`, `js`, `urlquery`), and these, most of them
from [Sprig](https://masterminds.github.io/sprig):

{table(["function", ""], list(_functions()))}

The last argument can come through a pipe: `{{{{.name | default "nobody" | upper}}}}`. Write values
into JSON or YAML with `json`, which quotes and escapes: `{{"name": {{{{json .name}}}}}}`.

[Tests](../tests/workflow/test_go_templates.py) hold every release against Go's own engine, by fixed
templates and by [generated ones](../tests/workflow/test_generated_templates.py). What differs:

- Numbers are one kind. Whole ones are written without exponent or point, `1000000.0` too, compare
  with any other, and may be of any size; `%d` takes `3.0`, and `%.2f` takes `3`.
- `nil` may stand wherever a value may; Go refuses it after `if`, `range` and `:=`.
- `index` of a map with a key that is no text finds nothing; Go fails.
- Functions of Sprig count characters rather than bytes, give maps in the order of their keys, and
  fail on what is no number, where Sprig takes it for 0.
- What is missing is nothing at all after a pipe: `.x | or false` renders an empty text where Go has
  `<nil>`. A pipe that ends in nothing, as in `{{{{.x | }}}}`, is passed over; Go refuses it.
- `printf` reaches into lists and maps with `%v` only; it takes no `*`, no `[n]` and no `% x`, and
  no negative number for `%q`.

## Nodes

{node_list()}

`pocket nodes list` has these and those of installed plugins, `pocket nodes info TYPE` says what the
pages say. A node type of a plugin is named by its type, or as `plugin-name/type`.

### Nodes in Python

A program adds node types of its own to the workflows that it runs:

```python
{PYTHON}```

A text of the format `template` is rendered for each call, a `duration` is a number of seconds, and
`default` fills in what a file leaves out, as for built-in nodes. [`pocket.node`](api.md#node) says
the rest. Such a function runs with all the rights of its program.

A package adds them for everybody who has it installed, the command line too, by entry points:

```toml
[project.entry-points."pocket.nodes"]
word-count = "my_package.nodes:word_count"
```

`pocket nodes list` shows them as from `Python`. Names are looked for among the built-in types, then
among these, then among those of plugins. Two functions for one name are an error, and so are a
package that cannot be imported and a schema that is none: when the decorator runs, or when a
workflow uses the type.
"""


def _functions() -> Iterator[list[str]]:
    for name, function in FUNCTIONS.items():
        if name not in _OF_GO:
            words = [name, *map(_argument, inspect.signature(function).parameters.values())]
            yield [f"`{' '.join(words)}`", inspect.getdoc(function) or ""]


def _argument(parameter: inspect.Parameter) -> str:
    several = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    return f"{parameter.name}..." if several else parameter.name
