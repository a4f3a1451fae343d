"""A page for every built-in node type: its schema, its examples, and what a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml
from markdown import properties, table

from pocket.nodes.catalog import BUILTIN
from pocket.plugin.metadata import NodeMetadata

INTERPRETED: Final = """\
`transform` and `lua` run code of the workflow's author. It runs as a plugin does, in a worker with
limits: 256 MB of memory, the node's `timeout`, no files, no network, no environment. An operator's
[policy](../policy.md) holds for them by the names `pocket-jq` and `pocket-lua`, and lowers the
limits.
Both are compiled when the workflow is loaded, and a mistake is said with its line. Nodes
that run at the same time, tasks of `parallel` say, have workers of their own, as many as the
machine has cores (two at least, eight at most); beyond that they wait for each other."""

NOTES: Final = {
    "exec": """\
It starts a program without a shell, terminal or input, with the rights of whoever runs the
workflow. Each argument stays one, but what begins with `-` is an option to most programs, so put
`--` before what comes from elsewhere. The command and all processes of its group are dead when the
node is done, fails, or Ctrl-C is pressed. A process that leaves the group, as a daemon does, stays.
`pocket run --no-exec` and the [policy](../policy.md) refuse workflows with `exec`.
""",
    "file": """\
It stays beneath its `base_dir`. A path with `..`, an absolute one, a link that leads out, a device
and a FIFO are refused, also where they take a file's place meanwhile. So a path may be made of the
input. `template_file` and `schema_file` of other nodes stay beneath the folder of the workflow file
in the same way.
""",
    "http": """\
It may ask any address, private ones too: a workflow file is trusted more than a plugin. No redirect
leads from outside to an address that is not public. It knows no proxy. What may have been done
already is not sent again, neither by `retry` in its config nor by that of the node: such a failure
is no `node-unavailable`, but a `node-error`.

The `retry` of the node repeats what is answered with 429 or 5xx, too, and after its last attempt
such an answer is the output, unless `fail_on_error` is set. It stands for the 3 attempts that there
are without any `retry`. Where both are written down, each attempt of the node makes those of the
config. Either waits as long as `Retry-After` says, but no longer than its `max_delay`; where that
would be too long for the time that the node has, there is no further attempt.
""",
    "parallel": """\
A task that is no longer wanted, because the time is over, because a sibling failed with `fail_fast`
or because of Ctrl-C, ends at once: a command is killed, a connection is closed, the process of a
plugin is killed. Each task sees the outputs of the nodes before, and none of its siblings'.
""",
    "transform": f"""\
{INTERPRETED}

**`transform`** takes the language of [jq 1.7](https://jqlang.org/manual/v1.7/), run by
[jaq](https://github.com/01mf02/jaq). [The tests](../../tests/nodes/jq_cases.py) have some 220
filters with their results. What differs:

- An assignment makes nothing that is not there: `.a.b = 1` fails where `.a` is missing, and so
  does `.[5] = 1` behind the end of a list. `setpath(["a", "b"]; 1)` does make it.
- A division by 0 gives an infinity, which becomes the largest number there is, and no error.
- `$__loc__`, `input`, `inputs`, `?//`, `@base32` and modules are missing. `$ENV` and `env` are
  empty.
- Texts of errors are others. `debug` and `stderr` go to the log.
""",
    "lua": f"""\
{INTERPRETED}

**`lua`** takes the language of [Lua 5.4](https://www.lua.org/manual/5.4/), run by
[omniLua](https://github.com/ianm199/omnilua), an implementation in Rust.
[The tests](../../tests/nodes/lua_cases.py) have some 210 scripts that give what the original gives.
`string`, `table`, `math`, `utf8`, `coroutine` and the plain functions are there, of `os` only
`clock`, `date`, `difftime` and `time`, in UTC; no `io`, `require`, `debug`, `dofile` or `loadfile`.
It is slower than the original, most of all where a loop uses global variables, so write `local`.
Each call begins anew: globals do not last.

| JSON | Lua |
|---|---|
| null | `nil`, so an object loses the key; in a list the value `null`, which keeps its place |
| whole number up to 64 bits; any other | integer; float |
| list | table, marked as a list, so that an empty one stays a list |
| object | table |

| Lua | JSON |
|---|---|
| `nil`, `null` | null |
| integer; float | `3`; `3.0`. NaN and infinities are errors |
| table with the keys 1 to n, or marked as a list by `list(t)` | list |
| any other table, also an empty one | object; whole numbers as keys become texts |
| function, coroutine, text that is not UTF-8 | an error that names the place |

The first value that a script returns is the output, the second the action. Without any, the output
is the input. What a script raises is the error of the node: a text with the line of the workflow
file, or of a table the JSON. Beside Lua's own functions there are `json_encode(value)`,
`json_decode(text)`, `list(table)`, `null`, `str_trim(text)`, `str_split(text, separator)`,
`str_contains(text, part)`, `str_replace(text, old, new, count)`, `type_of(value)`, and `print`,
which writes to the log.
""",
}


def node_pages() -> dict[str, str]:
    """Give the text of each page, by node type."""
    return {name: _page(found.metadata) for name, found in BUILTIN.items()}


def node_list() -> str:
    """Give a table of the node types, each with a link to its page."""
    rows = [
        [f"[`{name}`](nodes/{name}.md)", found.metadata.category, f"{found.metadata.description}."]
        for name, found in sorted(BUILTIN.items())
    ]
    return table(["type", "category", ""], rows)


def _page(metadata: NodeMetadata) -> str:
    rows = list(properties(metadata.config_schema))
    config = table(["config", "type", "default", ""], rows) if rows else "It has no config."
    parts = [f"# {metadata.type}", f"{metadata.description}.", NOTES.get(metadata.type, "").strip()]
    parts += ["## Config", config, "## Output", *_output(metadata), "## Examples"]
    parts += [_example(example.name, **_parts(example)) for example in metadata.examples]
    parts += ["[Every node](../workflows.md#nodes)"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _output(metadata: NodeMetadata) -> Iterator[str]:
    schema = metadata.output_schema
    if schema is None:
        yield "Any value; the examples show which."
        return
    said: Any = schema.get("properties", {})
    required: Any = schema.get("required", [])
    rows = [
        [f"`{name}`", str(described.get("type", "any")), "" if name in required else "at times"]
        for name, described in said.items()
    ]
    yield table(["field", "type", ""], rows) if rows else "Any value; the examples show which."


def _parts(example: Any) -> dict[str, Any]:
    return {"config": example.config, "input": example.input, "output": example.output}


def _example(name: str, **parts: Any) -> str:
    text = "".join(_yaml(**{label: value}) for label, value in parts.items())
    return f"{name}:\n\n```yaml\n{text}```"


def _yaml(**value: Any) -> str:
    flow = None if any(isinstance(item, dict | list) for item in value.values()) else False
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=88, default_flow_style=flow
    )
    return text
