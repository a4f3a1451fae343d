"""A page for every built-in node type: its schema, its examples, and what a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml
from markdown import properties, table

from pocket.nodes.catalog import BUILTIN
from pocket.plugin.metadata import NodeMetadata

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
""",
    "parallel": """\
A task that is no longer wanted, because the time is over, because a sibling failed with `fail_fast`
or because of Ctrl-C, ends at once: a command is killed, a connection is closed, the process of a
plugin is killed. Each task sees the outputs of the nodes before, and none of its siblings'.
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
