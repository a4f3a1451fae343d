"""The interpreters that come with Pocket: plugins of its own, which run what workflows are made of.

They are built by `interpreters/build.py`, and held like any plugin: each in a worker, within the
operator's policy. `transform` and `lua` are nodes that call them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from pocket.document import JSON
from pocket.errors import CallError, NodeError, PluginError, WorkerUnavailable
from pocket.nodes.plugin import LoadedPlugin, PluginHost
from pocket.workflow.scope import Scope

if TYPE_CHECKING:
    from pocket.plugin.package import Package

FOLDER: Final = Path(__file__).resolve().parents[1] / "interpreters"
"""Where the build puts them, installed or not."""

MEMORY_BYTES: Final = 256 << 20
"""Room for the largest input, 16 MiB of JSON, which takes up to ten times as much as values."""

_REPLICAS: Final = max(2, min(8, len(os.sched_getaffinity(0))))
"""Workers of one interpreter: programs only compute, so more than there are cores gain nothing, but
one without end must not hold up all others. There is a second one once two run at once."""

CHECK_TIMEOUT_S: Final = 5.0
"""For compiling a program when a workflow is loaded; a large one takes some milliseconds."""

Name = Literal["jq", "lua"]
_MANIFESTS: Final[dict[Name, str]] = {
    # A filter can leave nothing for the next but itself, compiled.
    "jq": "nodes: [{type: transform}, {type: check}]\nstate: kept\n",
    "lua": "nodes: [{type: run}, {type: check}]\nstate: fresh\n",
}


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One interpreter on one host, whose workers are spawned when it is called."""

    plugin: LoadedPlugin
    name: Name

    @classmethod
    def on(cls, host: PluginHost, name: Name) -> Interpreter:
        """Load an interpreter.

        Raises:
            WorkerUnavailable: it was not built.
            PermissionDenied: the policy refuses it.
        """
        return cls(host.load(package(name), replicas=_REPLICAS), name)

    def check(self, program: JSON) -> JSON:
        """Give what is wrong with a program, in a form of the interpreter's own.

        Raises:
            CallError: it cannot be compiled within limits.
        """
        return self.plugin.call("check", program, timeout_s=CHECK_TIMEOUT_S).output

    def run(
        self, node: str, config: dict[str, JSON], value: JSON, scope: Scope, timeout_s: float
    ) -> JSON:
        """Run a program for a node of a workflow, until the node's deadline at most.

        Raises:
            NodeError: the program failed.
            CallError: it broke a limit.
        """
        scope.check_time()
        left_s = min(timeout_s, scope.left_s())
        try:
            return self.plugin.call(node, value, config=config, timeout_s=left_s).output
        except PluginError as error:
            raise NodeError(_bare(error)) from None


def _bare(error: CallError) -> str:
    """Give an error's message without the interpreter's name, which no workflow has."""
    return error.message.removeprefix(f"plugin {error.plugin}: ")


@cache
def package(name: Name) -> Package:
    """Give an interpreter as a plugin's package.

    Raises:
        WorkerUnavailable: it was not built.
    """
    from pocket.plugin.manifest import parse_manifest
    from pocket.plugin.package import Package
    from pocket.plugin.permissions import MAX_TIME_S, Permissions
    from pocket.version import VERSION

    file = FOLDER / f"{name}.wasm"
    try:
        module = file.read_bytes()
    except OSError as error:
        raise WorkerUnavailable(
            f"{file}: {error.strerror}",
            hint="install Pocket again with `pip install .`, or run `make interpreters`",
        ) from None
    named = f"name: pocket-{name}\nversion: {VERSION}\nruntime: wasm\nbinary: {file.name}\n"
    text = (named + _MANIFESTS[name]).encode()
    # Not named in the manifest, so a policy that allows less lowers them.
    permissions = Permissions(MEMORY_BYTES, MAX_TIME_S, MAX_TIME_S)
    manifest = replace(parse_manifest(text, str(file)), permissions=permissions)
    return Package(manifest, text, module, str(FOLDER), file.name)
