"""Run workflows whose steps are untrusted WebAssembly plugins, each in its own limited process.

```python
import pocket

with pocket.Host() as host:
    plugin = host.load("sentiment-analyzer")
    result = plugin.call("sentiment", {"text": "I love it"})
    result.output, result.next, result.usage
```

Everything public is named here; `docs/errors.md` has the tree of errors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pocket import version

__version__ = version.VERSION

if TYPE_CHECKING:
    from pocket.errors import (
        BuildFailed,
        CallError,
        CallTimeout,
        ConsentRequired,
        CostRose,
        CpuLimitExceeded,
        ExampleFailed,
        Fault,
        FuelExhausted,
        HostClosed,
        InstallError,
        InvalidDocument,
        InvalidInput,
        InvalidManifest,
        InvalidModule,
        InvalidOutput,
        InvalidPackage,
        InvalidPolicy,
        InvalidWorkflow,
        MemoryLimitExceeded,
        NodeError,
        NodeTimeout,
        NodeUnavailable,
        OutputTooLarge,
        PermissionDenied,
        Place,
        PluginCrashed,
        PluginError,
        PluginNotFound,
        PluginQuarantined,
        PocketError,
        PoolSaturated,
        Problem,
        ProtocolViolation,
        RunTimeout,
        SandboxUnavailable,
        StackFrame,
        StepLimitExceeded,
        WorkerUnavailable,
    )
    from pocket.flow import Workflow
    from pocket.nodes.python import node
    from pocket.plugin.folder_grant import FolderGrant
    from pocket.plugin.manifest import Manifest
    from pocket.plugin.metadata import Example, NodeMetadata
    from pocket.plugin.network_rule import NetworkRule
    from pocket.plugin.permissions import Permissions
    from pocket.plugin.policy import Policy
    from pocket.supervisor.async_stream import AsyncStream
    from pocket.supervisor.host import Host
    from pocket.supervisor.meter import Calls
    from pocket.supervisor.plugin import Plugin
    from pocket.supervisor.result import Result, Usage
    from pocket.supervisor.status import PluginStatus
    from pocket.supervisor.stream import Stream
    from pocket.workflow.engine import Step, Watcher, WorkflowResult
    from pocket.workflow.node import Answer
    from pocket.workflow.scope import Scope

_HOMES = {
    "pocket.flow": ("Workflow",),
    "pocket.nodes.python": ("node",),
    "pocket.plugin.folder_grant": ("FolderGrant",),
    "pocket.plugin.manifest": ("Manifest",),
    "pocket.plugin.metadata": ("Example", "NodeMetadata"),
    "pocket.plugin.network_rule": ("NetworkRule",),
    "pocket.plugin.permissions": ("Permissions",),
    "pocket.plugin.policy": ("Policy",),
    "pocket.supervisor.host": ("Host",),
    "pocket.supervisor.async_stream": ("AsyncStream",),
    "pocket.supervisor.meter": ("Calls",),
    "pocket.supervisor.plugin": ("Plugin",),
    "pocket.supervisor.result": ("Result", "Usage"),
    "pocket.supervisor.status": ("PluginStatus",),
    "pocket.supervisor.stream": ("Stream",),
    "pocket.workflow.engine": ("Step", "Watcher", "WorkflowResult"),
    "pocket.workflow.node": ("Answer",),
    "pocket.workflow.scope": ("Scope",),
}

__all__ = [
    "Answer",
    "AsyncStream",
    "BuildFailed",
    "CallError",
    "CallTimeout",
    "Calls",
    "ConsentRequired",
    "CostRose",
    "CpuLimitExceeded",
    "Example",
    "ExampleFailed",
    "Fault",
    "FolderGrant",
    "FuelExhausted",
    "Host",
    "HostClosed",
    "InstallError",
    "InvalidDocument",
    "InvalidInput",
    "InvalidManifest",
    "InvalidModule",
    "InvalidOutput",
    "InvalidPackage",
    "InvalidPolicy",
    "InvalidWorkflow",
    "Manifest",
    "MemoryLimitExceeded",
    "NetworkRule",
    "NodeError",
    "NodeMetadata",
    "NodeTimeout",
    "NodeUnavailable",
    "OutputTooLarge",
    "PermissionDenied",
    "Permissions",
    "Place",
    "Plugin",
    "PluginCrashed",
    "PluginError",
    "PluginNotFound",
    "PluginQuarantined",
    "PluginStatus",
    "PocketError",
    "Policy",
    "PoolSaturated",
    "Problem",
    "ProtocolViolation",
    "Result",
    "RunTimeout",
    "SandboxUnavailable",
    "Scope",
    "StackFrame",
    "Step",
    "StepLimitExceeded",
    "Stream",
    "Usage",
    "Watcher",
    "WorkerUnavailable",
    "Workflow",
    "WorkflowResult",
    "__version__",
    "node",
]

_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that the command line starts fast."""
    if name not in __all__:
        raise AttributeError(f"module 'pocket' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOME_OF.get(name, "pocket.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return __all__
