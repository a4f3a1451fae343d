"""What every built-in node type is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from pocket.plugin.metadata import NodeMetadata
from pocket.workflow.node import DEFAULT_ACTION, NodeCall

Config = Mapping[str, Any]


def only_default(_: Config) -> frozenset[str]:
    """Give the actions of a node that never chooses."""
    return frozenset({DEFAULT_ACTION})


@dataclass(frozen=True, slots=True)
class BuiltinType:
    """A node type that is part of Pocket.

    Attributes:
        metadata: as a plugin would describe it.
        prepare: makes a node of a checked config.
        actions: what a node of this config can answer with, or None if that is unknown.
        timed: whether a node keeps an eye on its deadline; templates do.
    """

    metadata: NodeMetadata
    prepare: Callable[[Config], NodeCall]
    actions: Callable[[Config], frozenset[str] | None] = only_default
    timed: bool = True
    renders: ClassVar[bool] = True
