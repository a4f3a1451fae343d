"""A built-in node type that runs programs in an interpreter, which only a host can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pocket.nodes.builtin import BuiltinType, Config, only_default
from pocket.nodes.plugin import PluginHost
from pocket.plugin.metadata import NodeMetadata
from pocket.workflow.node import NodeCall


@dataclass(frozen=True, slots=True)
class InterpretedType:
    """A node type before it is known on which host.

    Attributes:
        metadata: as a plugin would describe it.
        prepare: makes a node of a host and a checked config; without a host it raises HostNeeded
            where it needs one.
        actions: as in `BuiltinType`.
    """

    metadata: NodeMetadata
    prepare: Callable[[PluginHost | None, Config], NodeCall]
    actions: Callable[[Mapping[str, Any]], frozenset[str] | None] = only_default

    def on(self, host: PluginHost | None) -> BuiltinType:
        """Give the node type as it is on a host."""
        return BuiltinType(self.metadata, partial(self.prepare, host), self.actions)
