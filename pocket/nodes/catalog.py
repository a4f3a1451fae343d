"""Every node type there is, by name: the built-in ones and those of installed plugins."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

from pocket.errors import PluginNotFound, PocketError, suggest
from pocket.lazy import LazyMapping
from pocket.nodes.builtin import BuiltinType
from pocket.nodes.interpreted import InterpretedType
from pocket.nodes.plugin import PluginHost, PluginType
from pocket.nodes.python import TYPES, PythonType

if TYPE_CHECKING:
    from pocket.plugin.store import StoreListing

_BUILTIN: Final = (
    "aggregate",
    "conditional",
    "delay",
    "echo",
    "exec",
    "file",
    "http",
    "jsonpath",
    "lua",
    "parallel",
    "router",
    "template",
    "transform",
    "validate",
)
Found = BuiltinType | PluginType | PythonType


def _type(name: str, module: ModuleType) -> BuiltinType | InterpretedType:
    found: BuiltinType | InterpretedType = getattr(module, name.upper())
    return found


BUILTIN: Final[Mapping[str, BuiltinType | InterpretedType]] = LazyMapping(
    "pocket.nodes", _BUILTIN, _type
)


class Offer(NamedTuple):
    """One node type in the catalog, as far as it is known without starting a plugin."""

    type: str
    category: str
    description: str
    plugin: str | None = None
    """None for a type that is no plugin's."""
    origin: str = "built in"
    """Who made it: `built in`, `Python`, or the plugin's name."""


class NodeCatalog:
    """Finds node types: built-in ones, then those of this program, then those of plugins.

    Args:
        host: runs the plugins; without one, only built-in types are known.
        allow_exec: whether workflows may run commands of the system.
    """

    def __init__(self, host: PluginHost | None = None, *, allow_exec: bool = True) -> None:
        self._host = host
        self._allow_exec = allow_exec

    def get(self, name: str) -> Found | None:
        """Give a node type by its name, or by `plugin-name/type`; None if only a host could tell.

        Raises:
            PluginNotFound: there is none, several plugins offer it, it is switched off, or a Python
                package announces it and it cannot be had.
            InvalidPolicy: what could switch it off cannot be read.
        """
        if name == "exec":
            self._check_exec()
        return self._find(name)

    def _find(self, name: str) -> Found | None:
        if name in BUILTIN:
            builtin = BUILTIN[name]
            return builtin.on(self._host) if isinstance(builtin, InterpretedType) else builtin
        found = TYPES.get(name)
        if found is not None or self._host is None:
            return found
        plugin, _, node = name.rpartition("/")
        offering = [
            offer.plugin
            for offer in self._installed
            if offer.plugin and offer.type == node and plugin in ("", offer.plugin)
        ]
        if len(offering) != 1:
            raise self._ambiguous(node, offering) if offering else self._unknown(name)
        return PluginType(self._host, offering[0], node)

    def require(self, name: str) -> Found:
        """Give a node type to look at, switched off or not.

        Raises:
            PluginNotFound: there is none that is known here.
        """
        found = self._find(name)
        if found is None:
            raise self._unknown(name)
        return found

    def offers(self) -> list[Offer]:
        """List every node type, by category, then by type; starts no plugin."""
        builtin = [
            Offer(found.metadata.type, found.metadata.category, found.metadata.description)
            for found in BUILTIN.values()
        ]
        return sorted(
            [*builtin, *self._python, *self._installed],
            key=lambda offer: (offer.category, offer.type, offer.plugin or ""),
        )

    @property
    def problems(self) -> tuple[PocketError, ...]:
        """Why some installed plugins are missing here."""
        unusable = []
        for name in TYPES.names():
            try:
                TYPES.get(name)
            except PluginNotFound as error:
                unusable.append(error)
        return (*unusable, *self._listing.problems)

    @property
    def _python(self) -> list[Offer]:
        found = []
        for name in TYPES.names():
            with suppress(PluginNotFound):
                found.append(TYPES.get(name))
        kinds = (known.metadata for known in found if known is not None)
        return [Offer(k.type, k.category, k.description, origin="Python") for k in kinds]

    @cached_property
    def _installed(self) -> list[Offer]:
        return [
            Offer(node.type, node.category, node.description, plugin.name, plugin.name)
            for plugin in self._listing.plugins
            for node in plugin.manifest.nodes
        ]

    @cached_property
    def _listing(self) -> StoreListing:
        from pocket.plugin.store import StoreListing

        return StoreListing((), ()) if self._host is None else self._host.store.listing()

    def _check_exec(self) -> None:
        if not self._allow_exec:
            raise PluginNotFound(
                "node type 'exec' is switched off for this run",
                hint="leave --no-exec out, if you trust the workflow with commands",
            )
        from pocket.plugin.policy import Policy
        from pocket.plugin.store import default_home

        policy = Policy.load(default_home()) if self._host is None else self._host.policy
        refused = policy.exec_refused
        if refused is not None:
            raise PluginNotFound(
                f"node type 'exec' is switched off by the policy ({refused})",
                hint="only whoever is responsible for the policy can allow it",
            )

    def _ambiguous(self, node: str, plugins: list[str]) -> PluginNotFound:
        return PluginNotFound(
            f"several plugins offer node type {node!r}: {', '.join(plugins)}",
            hint=f"write the one you mean: {' or '.join(f'{name}/{node}' for name in plugins)}",
        )

    def _unknown(self, name: str) -> PluginNotFound:
        known = [*BUILTIN, *TYPES.names(), *(offer.type for offer in self._installed)]
        known += [f"{offer.plugin}/{offer.type}" for offer in self._installed]
        hint = suggest(name, known) or "'pocket nodes list' shows every type"
        unread = len(self._listing.problems)
        if unread:
            hint += f"; {unread} installed plugin(s) cannot be read, see 'pocket plugins list'"
        return PluginNotFound(f"there is no node type {name!r}", hint=hint)
