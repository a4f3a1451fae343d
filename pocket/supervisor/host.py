"""The owner of all workers."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from pocket.errors import HostClosed
from pocket.plugin.admission import admitted
from pocket.plugin.manifest import Manifest
from pocket.plugin.module import split_module
from pocket.plugin.package import Package, read_package
from pocket.plugin.policy import Policy
from pocket.plugin.store import Store
from pocket.supervisor.artifacts import ArtifactCache
from pocket.supervisor.limits import ACALL_THREADS
from pocket.supervisor.plugin import Plugin
from pocket.supervisor.program import Program
from pocket.supervisor.quarantine import Quarantine, quarantine_file
from pocket.supervisor.result import Result
from pocket.supervisor.sandbox import warn
from pocket.supervisor.spawner import Spawner
from pocket.supervisor.surroundings import grants_of

_hosts: weakref.WeakSet[Host] = weakref.WeakSet()


class Host:
    """Owns the worker processes of the plugins that it loads; nothing is left running after it.

    Use it in a `with` statement, or call `close`. After a fork the child keeps its `Host` objects
    and their plugins, which spawn workers of their own.

    Args:
        home: folder of installed plugins and compiled code; `$POCKET_HOME` or `~/.pocket`.
        policy: the most that plugins may ask for, or the file that says so; if left out,
            `policy.yaml` in the home, read at every load, or everything where there is none.

    Raises:
        InvalidPolicy: the policy's file has problems.
        SandboxUnavailable: the environment leaves out a layer of the sandbox that is none.

    Attributes:
        store: the plugins installed in that folder.
    """

    def __init__(
        self, *, home: Path | None = None, policy: Policy | str | Path | None = None
    ) -> None:
        warn()
        self.store = Store(home)
        self._policy = Policy.read(Path(policy)) if isinstance(policy, str | Path) else policy
        self._cache = ArtifactCache(self.store.cache_folder)
        self._plugins: dict[Path | Package, Plugin] = {}
        self._quarantines: dict[Path, Quarantine] = {}
        self._closed = False
        self._prepare_threads()
        _hosts.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def load(self, plugin: str | Path | Package) -> Plugin:
        """Load a plugin; loading it again by name or path gives the same object.

        Args:
            plugin: an installed name, a folder with manifest.yaml, a .tar.gz, or a package that
                was read already. Text with a slash or ending in `.tar.gz` is a path.

        Raises:
            PluginNotFound: no plugin of this name is installed.
            InvalidManifest, InvalidPackage, InvalidModule: the plugin is not well-formed.
            PermissionDenied: it asks for what the operator's policy does not allow.
            InvalidPolicy: that policy has problems.
            CallError: it does not start.
        """
        key = plugin if isinstance(plugin, Package) else self._locate(plugin)
        with self._lock:
            found = self._loaded(key)
            if found is not None:
                return found
            loading = self._loading.setdefault(key, threading.Lock())
        # Compiling takes seconds, during which other plugins are to be had.
        with loading:
            with self._lock:
                found = self._loaded(key)
            return found or self._keep(key, self._load(key))

    def _loaded(self, key: Path | Package) -> Plugin | None:
        if self._closed:
            raise HostClosed("the host is closed")
        return self._plugins.get(key)

    def _keep(self, key: Path | Package, plugin: Plugin) -> Plugin:
        with self._lock:
            self._loading.pop(key, None)
            if not self._closed:
                self._plugins[key] = plugin
                return plugin
        plugin.close()
        raise HostClosed("the host was closed while the plugin was loaded")

    @property
    def policy(self) -> Policy:
        """What the operator allows: the policy that the host was given, or the home's as it is now.

        Raises:
            InvalidPolicy: the file in the home has problems.
        """
        return Policy.load(self.store.home) if self._policy is None else self._policy

    def admit(self, package: Package, origin: Path | None = None) -> Manifest:
        """Give the manifest that a package would run by, within the policy; starts nothing.

        Args:
            package: a plugin.
            origin: where it is loaded from by its path; it may not write there.

        Raises:
            PermissionDenied: it asks for what the policy does not allow.
            InvalidPolicy: the policy has problems.
        """
        home = self.store.home
        return admitted(package.manifest, self.policy, home, origin)

    def close(self) -> None:
        """End every worker; calls that are under way in other threads fail. Safe to repeat."""
        with self._lock:
            self._closed = True
            plugins = list(self._plugins.values())
            self._plugins.clear()
        for plugin in plugins:
            plugin.close()
        if self._threads is not None:
            self._threads.shutdown()
        self._spawner.close()

    def _prepare_threads(self) -> None:
        self._lock = threading.Lock()
        self._loading: dict[Path | Package, threading.Lock] = {}
        self._spawner = Spawner()
        self._threads: ThreadPoolExecutor | None = None

    def _locate(self, plugin: str | Path) -> Path:
        if isinstance(plugin, Path) or "/" in plugin or plugin.endswith(".tar.gz"):
            return Path(plugin).resolve()
        return self.store.get(plugin).folder.resolve()

    def _load(self, key: Path | Package) -> Plugin:
        if isinstance(key, Package):
            return self._load_package(key)
        return self._load_package(read_package(key), origin=key)

    def _load_package(self, package: Package, *, origin: Path | None = None) -> Plugin:
        manifest = self.admit(package, origin)
        where = f"{package.path}: {package.manifest.binary}"
        module = split_module(package.module, where)
        program = Program(
            manifest,
            module,
            where,
            self._cache,
            self._spawner,
            grants_of(manifest, self.store.home, package.path),
            self._quarantine(package.manifest.name, module.full_hash),
        )
        return Plugin(program, self._run_in_thread)

    def _quarantine(self, name: str, module_hash: str) -> Quarantine:
        """Give the counter of a plugin's failed starts, which outlives a load that failed."""
        file = quarantine_file(self.store.home, name, module_hash)
        return self._quarantines.setdefault(file, Quarantine(name, file))

    def _run_in_thread(self, call: Callable[[], Result]) -> asyncio.Future[Result]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(ACALL_THREADS, thread_name_prefix="pocket-call")
        return asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _after_fork(self) -> None:
        for plugin in self._plugins.values():
            plugin.abandon()
        self._prepare_threads()


def _abandon_all() -> None:
    for host in _hosts:
        host._after_fork()  # noqa: SLF001


os.register_at_fork(after_in_child=_abandon_all)
