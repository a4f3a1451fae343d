"""The owner of all workers."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from pocket.errors import HostClosed, InvalidInput
from pocket.plugin.admission import admitted
from pocket.plugin.manifest import Manifest
from pocket.plugin.module import split_module
from pocket.plugin.package import Package, read_package
from pocket.plugin.policy import Policy
from pocket.plugin.store import Store
from pocket.supervisor.artifacts import ArtifactCache
from pocket.supervisor.housekeeper import Housekeeper
from pocket.supervisor.limits import ACALL_THREADS, WAITING_CALLS
from pocket.supervisor.plugin import Plugin
from pocket.supervisor.pool import Pool
from pocket.supervisor.program import Program
from pocket.supervisor.quarantine import Quarantine, quarantine_file
from pocket.supervisor.sandbox import warn
from pocket.supervisor.spawner import Spawner
from pocket.supervisor.surroundings import grants_of
from pocket.supervisor.tally import Tally
from pocket.supervisor.turns import Turns

N = TypeVar("N", int, float)

_hosts: weakref.WeakSet[Host] = weakref.WeakSet()


class Host:
    """Owns the worker processes of the plugins that it loads; nothing is left running after it.

    Use it in a `with` statement, or call `close`. After a fork the child keeps its `Host` objects
    and their plugins, which spawn workers of their own.

    Args:
        home: folder of installed plugins and compiled code; `$POCKET_HOME` or `~/.pocket`.
        policy: the most that plugins may ask for, or the file that says so; if left out,
            `policy.yaml` in the home, read at every load, or everything where there is none.
        replicas: most workers of one plugin, and so calls of it at the same time. A plugin with
            `state: kept` has one, unless `load` gives it more.
        queue: most calls of one plugin that wait for a worker; one more is `PoolSaturated`.
        idle_s: when to end a worker that nobody calls, in seconds; None is never. The next call
            starts another one.
        memory_budget_bytes: what all workers may hold together, in bytes of private memory; beyond
            that the longest idle are ended. None is any amount. Workers that are busy count, but
            are not ended; for those `permissions.memory` is the limit.

    Raises:
        InvalidInput: one of these numbers makes no sense.
        InvalidPolicy: the policy's file has problems.
        SandboxUnavailable: the environment leaves out a layer of the sandbox that is none.

    Attributes:
        store: the plugins installed in that folder.
    """

    def __init__(
        self,
        *,
        home: Path | None = None,
        policy: Policy | str | Path | None = None,
        replicas: int = 1,
        queue: int = WAITING_CALLS,
        idle_s: float | None = None,
        memory_budget_bytes: int | None = None,
    ) -> None:
        warn()
        self._replicas = _at_least(1, replicas, "replicas")
        self._queue = _at_least(0, queue, "queue")
        self._housekeeper = Housekeeper(
            None if idle_s is None else _at_least(0, idle_s, "idle_s"),
            memory_budget_bytes,
        )
        weakref.finalize(self, self._housekeeper.stop)
        self.store = Store(home)
        self._policy = Policy.read(Path(policy)) if isinstance(policy, str | Path) else policy
        self._cache = ArtifactCache(self.store.cache_folder)
        self._plugins: dict[Path | Package, Plugin] = {}
        self._replaced: weakref.WeakSet[Plugin] = weakref.WeakSet()
        self._quarantines: dict[Path, Quarantine] = {}
        self._closed = False
        self._counts_calls = False
        self._spawner = Spawner()
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

    def load(self, plugin: str | Path | Package, *, replicas: int | None = None) -> Plugin:
        """Load a plugin; loading it again by name or path gives the same object.

        Args:
            plugin: an installed name, a folder with manifest.yaml, a .tar.gz, or a package that
                was read already. Text with a slash or ending in `.tar.gz` is a path.
            replicas: most workers of this plugin, in place of what holds for the host.

        Raises:
            InvalidInput: it is loaded already, with another number of replicas.
            PluginNotFound: no plugin of this name is installed.
            InvalidManifest, InvalidPackage, InvalidModule: the plugin is not well-formed.
            PermissionDenied: it asks for what the operator's policy does not allow.
            InvalidPolicy: that policy has problems.
            CallError: it does not start.
        """
        if replicas is not None:
            _at_least(1, replicas, "replicas")
        key = plugin if isinstance(plugin, Package) else self._locate(plugin)
        loaded = self._load_once(key, replicas)
        if replicas not in (None, loaded.replicas):
            raise InvalidInput(
                f"plugin {loaded.name} is loaded already, with replicas={loaded.replicas}",
                hint="say how many where it is loaded first",
            )
        return loaded

    def reload(self, plugin: str | Path) -> Plugin:
        """Load a plugin anew, such as a version that was installed over the one that is loaded.

        No call is lost. The new one is started first, with as many workers as the old one has now;
        if that fails, the old one stays. From then on `load` gives the new one. Whoever has the old
        `Plugin`, or a workflow that was loaded with it, still gets answers from the old version,
        whose workers end when nobody has called them for a second.

        Args:
            plugin: as `load` takes it. What is not loaded is loaded.

        Raises:
            PocketError: as `load` does.
        """
        key = self._locate(plugin)
        with self._loading_of(key):
            with self._lock:
                old = self._loaded(key)
            new = self._load(key, None if old is None else self._chosen(old), old)
            try:
                new.prewarm(1 if old is None else max(1, len(old.pids)))
            except BaseException:
                new.close()
                raise
            return self._keep(key, new)

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """The plugins that are loaded."""
        with self._lock:
            return tuple(self._plugins.values())

    def count_calls(self) -> None:
        """Count from now on how the calls of every plugin end; `Plugin.status` gives the counts."""
        with self._lock:
            self._counts_calls = True
            for plugin in self._plugins.values():
                plugin.count_calls()

    def prewarm(self, *plugins: str | Path) -> None:
        """Load plugins and spawn all their workers, so that no call has to wait for a start.

        Args:
            plugins: as `load` takes them.

        Raises:
            PocketError: as `load` and `Plugin.prewarm` do.
        """
        for plugin in plugins:
            self.load(plugin).prewarm()

    def _load_once(self, key: Path | Package, replicas: int | None) -> Plugin:
        with self._lock:
            found = self._loaded(key)
        if found is not None:
            return found
        with self._loading_of(key):
            with self._lock:
                found = self._loaded(key)
            return found or self._keep(key, self._load(key, replicas))

    def _loading_of(self, key: Path | Package) -> threading.Lock:
        """Give what keeps a plugin from being loaded twice at once, and others from no plugin.

        Compiling takes seconds, during which other plugins are to be had.
        """
        with self._lock:
            return self._loading.setdefault(key, threading.Lock())

    def _loaded(self, key: Path | Package) -> Plugin | None:
        if self._closed:
            raise HostClosed("the host is closed")
        return self._plugins.get(key)

    def _keep(self, key: Path | Package, plugin: Plugin) -> Plugin:
        with self._lock:
            closed = self._closed
            if not closed:
                if self._counts_calls:
                    plugin.count_calls()
                old = self._plugins.get(key)
                if old is not None:
                    self._replaced.add(old)
                self._plugins[key] = plugin
        if closed:
            plugin.close()
            raise HostClosed("the host was closed while the plugin was loaded")
        if old is not None:
            old.retire(self._housekeeper)
        return plugin

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
            plugins = [*self._plugins.values(), *self._replaced]
            self._plugins.clear()
        self._housekeeper.close()
        for plugin in plugins:
            plugin.close()
        if self._threads is not None:
            self._threads.shutdown()
        self._spawner.close()

    def _prepare_threads(self) -> None:
        self._lock = threading.Lock()
        self._loading: dict[Path | Package, threading.Lock] = {}
        self._threads: ThreadPoolExecutor | None = None

    def _locate(self, plugin: str | Path) -> Path:
        if isinstance(plugin, Path) or "/" in plugin or plugin.endswith(".tar.gz"):
            return Path(plugin).resolve()
        # Not the folder that it is in now: it may be moving out of the way of another version.
        return (self.store.plugins_folder / self.store.get(plugin).name).resolve()

    def _load(self, key: Path | Package, replicas: int | None, old: Plugin | None = None) -> Plugin:
        if isinstance(key, Package):
            return self._load_package(key, replicas)
        installed = key.parent == self.store.plugins_folder.resolve()
        package = self.store.package(key.name) if installed else read_package(key)
        return self._load_package(package, replicas, origin=key, old=old)

    def _load_package(
        self,
        package: Package,
        replicas: int | None,
        *,
        origin: Path | None = None,
        old: Plugin | None = None,
    ) -> Plugin:
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
        pool = Pool(
            manifest.name,
            program.start_worker,
            self._housekeeper.look,
            replicas=replicas or self._usual(manifest),
            queue=self._queue,
            tally=Tally() if old is None else old.tally,
        )
        self._housekeeper.watch(pool)
        turns = Turns(pool, self._run_in_thread)
        return Plugin(program, pool, turns, None if old is None else old.meter)

    def _usual(self, manifest: Manifest) -> int:
        """Give how many workers a plugin may have where nobody says."""
        # Each would keep a state of its own, which only whoever knows the plugin can want.
        return 1 if manifest.state == "kept" else self._replicas

    def _chosen(self, plugin: Plugin) -> int | None:
        """Give how many workers somebody said that a plugin may have."""
        return None if plugin.replicas == self._usual(plugin.manifest) else plugin.replicas

    def _quarantine(self, name: str, module_hash: str) -> Quarantine:
        """Give the counter of a plugin's failed starts, which outlives a load that failed."""
        file = quarantine_file(self.store.home, name, module_hash)
        return self._quarantines.setdefault(file, Quarantine(name, file))

    def _run_in_thread(self, function: Callable[[], None]) -> None:
        with self._lock:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(ACALL_THREADS, thread_name_prefix="pocket-call")
        self._threads.submit(function)

    def _after_fork(self) -> None:
        self._prepare_threads()
        self._spawner.begin()
        self._housekeeper.begin()
        for plugin in [*self._plugins.values(), *self._replaced]:
            plugin.abandon()


def _at_least(least: int, number: N, name: str) -> N:
    if number < least:
        raise InvalidInput(f"{name}={number} makes no sense", hint=f"it is {least} or more")
    return number


def _abandon_all() -> None:
    for host in _hosts:
        host._after_fork()  # noqa: SLF001


os.register_at_fork(after_in_child=_abandon_all)
