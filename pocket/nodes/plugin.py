"""Makes nodes of what installed plugins offer. A plugin is loaded when its node is first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pocket.capability.interruption import covered, interruptible
from pocket.document import JSON
from pocket.errors import PluginNotFound
from pocket.plugin.metadata import NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope

if TYPE_CHECKING:
    from pocket.plugin.package import Package
    from pocket.plugin.policy import Policy
    from pocket.plugin.store import Store
    from pocket.supervisor.result import Result
    from pocket.supervisor.stream import Chunks, Stream
    from pocket.workflow.stream_files import StreamFiles


class LoadedPlugin(Protocol):
    """A plugin that can be called."""

    @property
    def nodes(self) -> Mapping[str, NodeMetadata]:
        """Its node types."""

    def prepare(
        self, node: str, config: Mapping[str, JSON] | None = None
    ) -> Callable[[JSON], Result]:
        """Give a function that calls one of its nodes."""

    def call(
        self,
        node: str,
        input: JSON,  # noqa: A002
        *,
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        """Call one of its nodes, and end the call for real after a time."""

    def stream(
        self,
        node: str,
        chunks: Chunks,
        *,
        input: JSON = None,  # noqa: A002
        config: Mapping[str, JSON] | None = None,
        timeout_s: float | None = None,
    ) -> Stream:
        """Call one of its nodes that works on a stream."""


class PluginHost(Protocol):
    """Runs installed plugins; `pocket.Host` is one."""

    @property
    def store(self) -> Store:
        """What is installed."""

    @property
    def policy(self) -> Policy:
        """What the operator allows."""

    def load(self, plugin: str | Package, *, replicas: int | None = None) -> LoadedPlugin:
        """Load a plugin by its name, or out of a package; see `Host.load`."""


class PluginType:
    """A node type of an installed plugin.

    Attributes:
        plugin: name of the plugin.
    """

    renders: ClassVar[bool] = False
    timed: ClassVar[bool] = True

    def __init__(self, host: PluginHost, plugin: str, node: str) -> None:
        self.plugin = plugin
        self._host = host
        self._node = node

    @property
    def metadata(self) -> NodeMetadata:
        """As the plugin describes the type.

        Raises:
            PluginNotFound: the manifest declares the type, but the plugin does not know it.
            PocketError: the plugin cannot be loaded.
        """
        found = self._host.load(self.plugin).nodes.get(self._node)
        if found is None:
            raise PluginNotFound(
                f"the manifest of plugin {self.plugin} declares node type {self._node!r}, "
                "but the plugin does not offer it",
                hint="tell the plugin's author",
            )
        return found

    def actions(self, _: Mapping[str, Any]) -> None:
        """Give None: a plugin may answer with any action."""

    def prepare(self, config: Mapping[str, Any]) -> NodeCall:
        """Make a node that calls the plugin."""
        plugin = self._host.load(self.plugin)
        answer = plugin.prepare(self._node, config)

        def call(value: JSON, scope: Scope) -> Answer:
            if scope.deadline == inf and not covered():
                result = answer(value)
            else:
                scope.check_time()
                left_s = scope.left_s()
                result = plugin.call(self._node, value, config=config, timeout_s=left_s)
            return Answer(result.output, result.next)

        return call

    def prepare_stream(self, config: Mapping[str, Any], files: StreamFiles) -> NodeCall:
        """Make a node that passes files through the plugin."""
        plugin = self._host.load(self.plugin)

        def call(value: JSON, scope: Scope) -> Answer:
            scope.check_time()
            left_s = None if scope.deadline == inf else scope.left_s()
            with files.opened(value, scope) as opened:
                stream = plugin.stream(
                    self._node, opened, input=value, config=config, timeout_s=left_s
                )
                with stream, interruptible(stream.stop):
                    for chunk in stream:
                        scope.check_time()
                        opened.write(chunk)
                    result = stream.result()
            return Answer(result.output, result.next)

        return call
