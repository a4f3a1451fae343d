"""A plugin's code, ready to be started: its artifact, its metadata, its workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Final

import orjson

from pocket.errors import (
    CallTimeout,
    CpuLimitExceeded,
    InvalidOutput,
    MemoryLimitExceeded,
    PluginCrashed,
    PluginError,
    PocketError,
    WorkerUnavailable,
)
from pocket.plugin.manifest import Manifest
from pocket.plugin.metadata import PluginMetadata, metadata_of_manifest, parse_metadata
from pocket.plugin.module import Module
from pocket.supervisor.artifacts import ENGINE, ArtifactCache
from pocket.supervisor.blame import BadArtifact
from pocket.supervisor.compiler import compile_module
from pocket.supervisor.limits import START_TIMEOUT_S
from pocket.supervisor.process import Process
from pocket.supervisor.quarantine import Quarantine
from pocket.supervisor.response import read_response
from pocket.supervisor.spawner import Spawner
from pocket.supervisor.surroundings import Grants
from pocket.supervisor.unwanted import stoppable, unwanted
from pocket.supervisor.worker import Worker

_METADATA_REQUEST = (
    b'{"node":"","function":"metadata","config":{},"input":null,"prepResult":null,'
    b'"execResult":null}'
)

BAD_STARTS: Final = (PluginCrashed, MemoryLimitExceeded, CpuLimitExceeded, CallTimeout)
"""Errors of a start that are the plugin's own, and cost a process each time."""


@dataclass(frozen=True, slots=True)
class Program:
    """One plugin's manifest and module, and where its compiled form is kept."""

    manifest: Manifest
    module: Module
    path: str
    """Names the module in errors."""
    cache: ArtifactCache
    spawner: Spawner
    grants: Grants
    quarantine: Quarantine

    @property
    def asks_host(self) -> bool:
        """Whether a call may make host calls."""
        return self.grants.broker is not None

    def close(self) -> None:
        """Close what the host holds open for the plugin; safe to repeat."""
        if self.grants.broker is not None:
            self.grants.broker.close()

    def start_worker(self, until: float = inf) -> Worker:
        """Start a worker, compiling first where no usable artifact is in the cache.

        An interruption ends it, as `until` does: neither is held against the plugin.

        Args:
            until: when nobody wants it any more, by `time.monotonic`.

        Raises:
            PluginQuarantined: it failed to start too often.
            CallTimeout: it was interrupted, or took until then.
            PocketError: the plugin cannot be compiled or started.
        """
        self.quarantine.check()
        with self._blamed(until):
            worker = self._start_once(until)
        self.quarantine.started()
        return worker

    @contextmanager
    def _blamed(self, until: float = inf) -> Iterator[None]:
        """Hold a failed start against the plugin, unless nobody waited for its end."""
        try:
            yield
        except PocketError as error:
            if unwanted(until):
                name = self.manifest.name
                message = f"plugin {name}: the time was over before it had started"
                raise CallTimeout(message, plugin=name) from None
            if isinstance(error, BAD_STARTS):
                self.quarantine.failed(error)
            raise

    def _start_once(self, until: float) -> Worker:
        try:
            return self._start(self._open_artifact(until), until)
        except BadArtifact:
            self.cache.forget(self._artifact_name)
        try:
            return self._start(self._open_artifact(until), until)
        except BadArtifact as error:
            raise WorkerUnavailable(
                f"{self.path}: the worker does not take what it has just compiled: {error}",
                hint="install Pocket again, so that both parts are of one version",
            ) from None

    def read_metadata(self) -> tuple[PluginMetadata, Worker | None]:
        """Give what the plugin says of itself, and the worker that was started to ask, if any.

        Raises:
            PocketError: the plugin cannot be started, or its answer is no metadata.
        """
        name = f"{self.module.full_hash}.metadata"
        cached = self._cached_metadata(name)
        if cached is not None:
            return cached, None
        worker = self.start_worker()
        try:
            with self._blamed(), stoppable(worker.kill):
                metadata = self._ask(worker)
            self.cache.write(name, self._written(metadata))
        except BaseException:
            worker.end()
            raise
        return metadata, worker

    def _written(self, metadata: PluginMetadata) -> bytes:
        try:
            return orjson.dumps(metadata.to_json())
        except TypeError:
            raise InvalidOutput(
                f"plugin {self.manifest.name}: its metadata is wrong: values nested too deep",
                hint="docs/abi.md has the shape of metadata",
                plugin=self.manifest.name,
            ) from None

    def _cached_metadata(self, name: str) -> PluginMetadata | None:
        data = self.cache.read(name)
        try:
            output = orjson.loads(data or b"")
            return parse_metadata(output, self.manifest, schemas_checked=True)
        except (orjson.JSONDecodeError, InvalidOutput):
            return None

    @property
    def _artifact_name(self) -> str:
        metered = ".metered" if self._metered else ""
        return f"{self.module.core_hash}{metered}.artifact"

    @property
    def _metered(self) -> bool:
        return self.manifest.permissions.fuel is not None

    def _ask(self, worker: Worker) -> PluginMetadata:
        if self.module.is_command:
            return self._ask_command(worker)
        response, _ = worker.call(_METADATA_REQUEST, START_TIMEOUT_S)
        try:
            output, _ = read_response(response, self.manifest.name, "metadata")
        except PluginError:
            return metadata_of_manifest(self.manifest)
        return parse_metadata(output, self.manifest)

    def _ask_command(self, worker: Worker) -> PluginMetadata:
        """Ask a program that may never have heard of metadata.

        It is described by its manifest unless its answer has `nodes`, whatever else it does.
        """
        try:
            response, _ = worker.call(_METADATA_REQUEST, START_TIMEOUT_S)
            output, _ = read_response(response, self.manifest.name, "metadata")
        except (PluginError, PluginCrashed, InvalidOutput):
            return metadata_of_manifest(self.manifest)
        if isinstance(output, dict) and "nodes" in output:
            return parse_metadata(output, self.manifest)
        return metadata_of_manifest(self.manifest)

    def _start(self, artifact: int, until: float) -> Worker:
        try:
            with self.grants.surroundings() as surroundings:
                worker = self.spawner.run(
                    lambda: Worker(self.manifest, self.module, artifact, surroundings)
                )
        finally:
            os.close(artifact)
        try:
            with stoppable(worker.kill):
                worker.start(until)
        except BaseException:
            worker.end()
            raise
        return worker

    def _open_artifact(self, until: float) -> int:
        artifact = self.cache.open(self._artifact_name)
        if artifact is not None:
            return artifact
        # Only spawned there: no other plugin's start has to wait until this one is compiled.
        process = self.spawner.run(lambda: Process("compile"))
        compiled = compile_module(
            self.module, self.path, metered=self._metered, process=process, until=until
        )
        if compiled.engine != ENGINE:
            raise WorkerUnavailable(
                f"pocket-worker has the engine {compiled.engine}, this is for {ENGINE}",
                hint="install Pocket again, so that both parts are of one version",
            )
        self.cache.write(self._artifact_name, compiled.artifact)
        artifact = self.cache.open(self._artifact_name)
        if artifact is None:
            raise WorkerUnavailable(f"{self.cache.folder}: an artifact just written is gone")
        return artifact
