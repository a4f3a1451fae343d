"""A host that is made when a plugin is first needed, for commands that often need none."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pocket.plugin.package import Package
    from pocket.plugin.policy import Policy
    from pocket.plugin.store import Store
    from pocket.supervisor.host import Host
    from pocket.supervisor.plugin import Plugin


class LazyHost:
    """Knows the installed plugins at once, and spares the import of what runs them.

    Args:
        replicas: see `Host`.
    """

    def __init__(self, replicas: int = 1) -> None:
        self._replicas = replicas

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if "_host" in self.__dict__:
            self._host.close()

    def load(self, plugin: str | Package, *, replicas: int | None = None) -> Plugin:
        """Load a plugin; see `Host.load`."""
        return self._host.load(plugin, replicas=replicas)

    @cached_property
    def store(self) -> Store:
        """The installed plugins."""
        from pocket.plugin.store import Store

        return Store()

    @property
    def policy(self) -> Policy:
        """What the operator allows; see `Host.policy`."""
        from pocket.plugin.policy import Policy

        return Policy.load(self.store.home)

    @cached_property
    def _host(self) -> Host:
        from pocket.supervisor.host import Host

        return Host(home=self.store.home, replicas=self._replicas)
