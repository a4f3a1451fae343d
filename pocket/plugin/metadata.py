"""What a plugin says of itself; `docs/abi.md` has the shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from pocket.document import JSON
from pocket.errors import InvalidOutput
from pocket.plugin.schema import unsafe_schema

if TYPE_CHECKING:
    from pocket.plugin.manifest import Manifest

MAX_EXAMPLES: Final = 100
"""Of one node type; nobody reads more."""


@dataclass(frozen=True, slots=True)
class Example:
    """One call that the author promises, and its output."""

    name: str
    config: dict[str, JSON]
    input: JSON
    output: JSON

    def to_json(self) -> dict[str, JSON]:
        """Give the shape that a plugin answers with."""
        return {
            "name": self.name,
            "config": self.config,
            "input": self.input,
            "output": self.output,
        }


@dataclass(frozen=True, slots=True)
class NodeMetadata:
    """One node type: what it is called, what it does, what it takes and gives.

    Attributes:
        type: the name that a workflow uses.
        category: for grouping in lists.
        description: one line.
        config_schema: JSON Schema of the config; `{}` allows anything.
        input_schema: JSON Schema of the input, or None.
        output_schema: JSON Schema of the output, or None.
        examples: promised calls.
        stream: whether it is called with a stream to read and one to write.
    """

    type: str
    category: str = ""
    description: str = ""
    config_schema: dict[str, JSON] = field(default_factory=dict)
    input_schema: dict[str, JSON] | None = None
    output_schema: dict[str, JSON] | None = None
    examples: tuple[Example, ...] = ()
    stream: bool = False

    def to_json(self) -> dict[str, JSON]:
        """Give the shape that a plugin answers with."""
        return {
            "type": self.type,
            "category": self.category,
            "description": self.description,
            "configSchema": self.config_schema,
            "inputSchema": self.input_schema,
            "outputSchema": self.output_schema,
            "examples": [example.to_json() for example in self.examples],
            "stream": self.stream,
        }


@dataclass(frozen=True, slots=True)
class PluginMetadata:
    """A plugin's functions and node types."""

    functions: frozenset[str]
    nodes: dict[str, NodeMetadata]

    def to_json(self) -> dict[str, JSON]:
        """Give the shape that a plugin answers with."""
        return {
            "abi": 1,
            "functions": cast("list[JSON]", sorted(self.functions)),
            "nodes": [node.to_json() for node in self.nodes.values()],
        }


def metadata_of_manifest(manifest: Manifest) -> PluginMetadata:
    """Describe a plugin that does not answer `metadata` by its manifest alone."""
    nodes = {
        node.type: NodeMetadata(node.type, node.category, node.description)
        for node in manifest.nodes
    }
    return PluginMetadata(frozenset(), nodes)


def parse_metadata(
    output: JSON, manifest: Manifest, *, schemas_checked: bool = False
) -> PluginMetadata:
    """Read a plugin's answer to `metadata` and hold it against its manifest.

    Args:
        output: the answer's output.
        manifest: of the plugin.
        schemas_checked: whether this very answer was read before and kept.

    Raises:
        InvalidOutput: not of the shape, or other node types than the manifest names.
    """
    reader = _Reader(manifest.name, schemas_checked)
    answer = reader.mapping(output, "the answer")
    functions = reader.texts(answer.get("functions", []), "functions")
    described = [
        reader.node(node, f"nodes[{index}]")
        for index, node in enumerate(reader.items(answer.get("nodes"), "nodes"))
    ]
    nodes = {node.type: node for node in described}
    declared = {node.type for node in manifest.nodes}
    if set(nodes) != declared or len(nodes) != len(described):
        raise reader.wrong(
            f"nodes: the plugin has {', '.join(sorted(nodes)) or 'none'}, "
            f"its manifest names {', '.join(sorted(declared))}",
            hint="each `type` of the source stands under `nodes` in manifest.yaml, and no other; "
            "change one of them, and build again",
        )
    return PluginMetadata(frozenset(functions), nodes)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes an untrusted answer apart."""

    plugin: str
    schemas_checked: bool

    def wrong(
        self, what: str, hint: str = "docs/abi.md has the shape of metadata"
    ) -> InvalidOutput:
        return InvalidOutput(
            f"plugin {self.plugin}: its metadata is wrong: {what}",
            hint=hint,
            plugin=self.plugin,
        )

    def mapping(self, value: JSON, at: str) -> dict[str, JSON]:
        if isinstance(value, dict):
            return value
        raise self.wrong(f"{at} is not an object")

    def items(self, value: JSON, at: str) -> list[JSON]:
        if isinstance(value, list):
            return value
        raise self.wrong(f"{at} is not a list")

    def text(self, value: JSON, at: str) -> str:
        if isinstance(value, str):
            return value
        raise self.wrong(f"{at} is not a text")

    def texts(self, value: JSON, at: str) -> list[str]:
        return [
            self.text(item, f"{at}[{index}]") for index, item in enumerate(self.items(value, at))
        ]

    def boolean(self, value: JSON, at: str) -> bool:
        if isinstance(value, bool):
            return value
        raise self.wrong(f"{at} is neither true nor false")

    def schema(self, value: JSON, at: str) -> dict[str, JSON]:
        schema = self.mapping(value, at)
        problem = None if self.schemas_checked or not schema else unsafe_schema(schema)
        if problem:
            raise self.wrong(
                f"{at}: {problem}",
                hint="leave it out and let the node's own code check it; docs/plugins/README.md "
                "says what a schema may have",
            )
        return schema

    def optional_schema(
        self, node: Mapping[str, JSON], name: str, at: str
    ) -> dict[str, JSON] | None:
        return None if node.get(name) is None else self.schema(node[name], f"{at}.{name}")

    def node(self, value: JSON, at: str) -> NodeMetadata:
        node = self.mapping(value, at)
        return NodeMetadata(
            type=self.text(node.get("type"), f"{at}.type"),
            category=self.text(node.get("category", ""), f"{at}.category"),
            description=self.text(node.get("description", ""), f"{at}.description"),
            config_schema=self.schema(node.get("configSchema", {}), f"{at}.configSchema"),
            input_schema=self.optional_schema(node, "inputSchema", at),
            output_schema=self.optional_schema(node, "outputSchema", at),
            examples=self.examples(node.get("examples", []), f"{at}.examples"),
            stream=self.boolean(node.get("stream", False), f"{at}.stream"),
        )

    def examples(self, value: JSON, at: str) -> tuple[Example, ...]:
        examples = self.items(value, at)
        if len(examples) > MAX_EXAMPLES:
            raise self.wrong(f"{at} has more than {MAX_EXAMPLES}")
        return tuple(self.example(one, f"{at}[{index}]") for index, one in enumerate(examples))

    def example(self, value: JSON, at: str) -> Example:
        example = self.mapping(value, at)
        return Example(
            name=self.text(example.get("name", ""), f"{at}.name"),
            config=self.mapping(example.get("config", {}), f"{at}.config"),
            input=example.get("input"),
            output=example.get("output"),
        )
