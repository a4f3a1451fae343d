"""What the engine knows of nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from pocket.document import JSON
from pocket.workflow.scope import Scope

if TYPE_CHECKING:
    from pocket.plugin.metadata import NodeMetadata
    from pocket.workflow.stream_files import StreamFiles

DEFAULT_ACTION = "default"
ERROR_ACTION = "error"


class Answer(NamedTuple):
    """What a node gives: an output, and the action that chooses the next node."""

    output: JSON
    action: str = DEFAULT_ACTION


NodeCall = Callable[[JSON, Scope], Answer]
"""A node ready to run. Raises a PocketError when it fails."""


class NodeType(Protocol):
    """One kind of node."""

    @property
    def metadata(self) -> NodeMetadata:
        """Describes it; may start a plugin to ask."""

    @property
    def renders(self) -> bool:
        """Whether texts of `format: template` in the config are templates."""

    @property
    def timed(self) -> bool:
        """Whether its nodes end soon after the deadline of their scope, by `NodeTimeout` or so."""

    def actions(self, config: Mapping[str, Any]) -> frozenset[str] | None:
        """Give the actions that a node of this config can answer with, or None if unknown."""

    def prepare(self, config: Mapping[str, Any]) -> NodeCall:
        """Make a node.

        Args:
            config: complete; where `renders`, with a `Text` in the place of every template.
        """


@runtime_checkable
class StreamingType(Protocol):
    """A kind of node whose metadata may say that it works on a stream."""

    def prepare_stream(self, config: Mapping[str, Any], files: StreamFiles) -> NodeCall:
        """Make a node that reads and writes files.

        Args:
            config: as `prepare` gets it.
            files: which ones.
        """


def prepare_node(
    node_type: NodeType, config: Mapping[str, Any], files: StreamFiles | None
) -> NodeCall:
    """Make a node, on files where it works on a stream."""
    if files is not None and isinstance(node_type, StreamingType):
        return node_type.prepare_stream(config, files)
    return node_type.prepare(config)


class Catalog(Protocol):
    """Finds node types by name."""

    def get(self, name: str) -> NodeType | None:
        """Give a node type, or None when only a host could know it.

        Raises:
            PocketError: there is no such type, or its plugin cannot be loaded.
        """
