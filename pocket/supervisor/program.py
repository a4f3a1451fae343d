"""A plugin's code, ready to be started: its artifact, its metadata, its workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

import orjson

from pocket.errors import (
    CallTimeout,
    CpuLimitExceeded,
    InvalidOutput,
    MemoryLimitExceeded,
    PluginCrashed,
    PluginError,
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

    def start_worker(self) -> Worker:
        """Start a worker, compiling first where no usable artifact is in the cache.

        Raises:
            PluginQuarantined: it failed to start too often.
            PocketError: the plugin cannot be compiled or started.
        """
        self.quarantine.check()
        try:
            worker = self._start_once()
        except BAD_STARTS as error:
            self.quarantine.failed(error)
            raise
        self.quarantine.started()
        return worker

    def _start_once(self) -> Worker:
        try:
            return self._start(self._open_artifact())
        except BadArtifact:
            self.cache.forget(self._artifact_name)
        try:
            return self._start(self._open_artifact())
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
            metadata = self._ask(worker)
        except BaseException as error:
            worker.end()
            if isinstance(error, BAD_STARTS):
                self.quarantine.failed(error)
            raise
        self.cache.write(name, orjson.dumps(metadata.to_json()))
        return metadata, worker

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

    def _start(self, artifact: int) -> Worker:
        try:
            with self.grants.surroundings() as surroundings:
                worker = self.spawner.run(
                    lambda: Worker(self.manifest, self.module, artifact, surroundings)
                )
        finally:
            os.close(artifact)
        worker.start()
        return worker

    def _open_artifact(self) -> int:
        artifact = self.cache.open(self._artifact_name)
        if artifact is not None:
            return artifact
        # Only spawned there: no other plugin's start has to wait until this one is compiled.
        process = self.spawner.run(lambda: Process("compile"))
        compiled = compile_module(self.module, self.path, metered=self._metered, process=process)
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
