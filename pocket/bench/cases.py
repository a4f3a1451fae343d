"""The call that a bench makes again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pocket.document import JSON
from pocket.errors import InvalidInput, PluginNotFound, suggest
from pocket.supervisor.plugin import Plugin


@dataclass(frozen=True, slots=True)
class Case:
    """One call of a plugin.

    Attributes:
        name: the example that it is, or `--input`.
    """

    node: str
    name: str
    config: Mapping[str, JSON]
    input: JSON


def node_of(plugin: Plugin, node: str | None) -> str:
    """Give the node to measure; the plugin's only one if none is named.

    Raises:
        PluginNotFound: the plugin has no such node.
        InvalidInput: it has several, and none is named.
    """
    nodes = list(plugin.nodes)
    if node is None and len(nodes) > 1:
        raise InvalidInput(
            f"plugin {plugin.name} has several nodes: {', '.join(nodes)}",
            hint=f"name one, as in --node {nodes[0]}",
        )
    if node is not None and node not in plugin.nodes:
        raise PluginNotFound(
            f"plugin {plugin.name} has no node {node!r}",
            hint=suggest(node, nodes) or f"it has {', '.join(nodes)}",
        )
    return node or nodes[0]


def example_case(
    plugin: Plugin, node: str, example: str | None, config: Mapping[str, JSON] | None
) -> Case:
    """Give the call of one of a node's examples, the first if none is named.

    Args:
        plugin: has the node.
        node: of the plugin.
        example: its name.
        config: instead of the example's own.

    Raises:
        InvalidInput: there is no such example.
    """
    examples = {each.name: each for each in reversed(plugin.nodes[node].examples)}
    if not examples:
        raise InvalidInput(
            f"node {node!r} has no examples to measure with",
            hint='give an input, as in --input \'{"text": "hello"}\'',
        )
    chosen = examples.get(example or plugin.nodes[node].examples[0].name)
    if chosen is None:
        raise InvalidInput(
            f"node {node!r} has no example {example!r}",
            hint=suggest(example or "", list(examples)) or f"it has {', '.join(examples)}",
        )
    return Case(node, chosen.name, chosen.config if config is None else config, chosen.input)
