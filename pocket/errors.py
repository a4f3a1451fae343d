"""Every error that Pocket raises: whose fault it is, whether to retry, its exit code.

```
PocketError
├── InvalidDocument          a file with problems, each at its place
│   ├── InvalidManifest
│   ├── InvalidWorkflow
│   └── InvalidPolicy        what the operator allows
├── InvalidPackage           the archive or folder of a plugin
├── InvalidModule            the wasm file of a plugin
├── InvalidInput             what the caller gave
├── InstallError             fetching or storing a plugin
├── ExampleFailed            a plugin does not give what its own example promises
├── BuildFailed              a plugin's own build did not end well
├── CostRose                 a plugin costs more than in an earlier measurement
├── PluginNotFound
├── CallError                a call that did not end well
│   ├── PluginError          the plugin answered with an error
│   ├── PluginCrashed        trap, abort, signal
│   ├── MemoryLimitExceeded
│   ├── CpuLimitExceeded
│   ├── FuelExhausted
│   ├── CallTimeout
│   ├── OutputTooLarge
│   ├── InvalidOutput        the plugin answered with nonsense
│   ├── PermissionDenied
│   ├── PluginQuarantined    it does not start, and is not tried for now
│   └── PoolSaturated        too many calls wait for its workers
├── NodeError                a built-in node of a workflow failed
│   └── NodeUnavailable      what it asked is not there for now
├── NodeTimeout              an attempt of a node took longer than its timeout
├── StepLimitExceeded        a workflow went round in circles
├── RunTimeout               a run took longer than it may
├── ProtocolViolation        the worker broke the protocol
├── SandboxUnavailable       a limit cannot be enforced here
├── WorkerUnavailable        pocket-worker is missing or cannot start
├── HostClosed
└── ConsentRequired          nobody has agreed to what a plugin asks for
```

The exit codes are a promise: scripts match on them. 1 is kept for a bug in Pocket,
2 for wrong command-line usage, 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import ClassVar


class Fault(Enum):
    """Who can mend an error."""

    CALLER = "caller"
    """Whoever called: wrong input, file or name."""
    PLUGIN = "plugin"
    """The plugin's author."""
    OPERATOR = "operator"
    """Whoever installed Pocket or set its policy."""
    POCKET = "pocket"
    """Pocket itself; please report it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; line and column count from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Give `path:line:column`, as editors and compilers write it."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class StackFrame:
    """One function that was under way when a plugin failed; line and column count from 1."""

    function: str
    place: Place | None = None

    def __str__(self) -> str:
        """Give `function (file:line:column)`, as far as that is known."""
        return f"{self.function} ({self.place})" if self.place else self.function


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file: where, what, and what to do about it."""

    place: Place
    message: str
    path: str = ""
    """Path of the value inside the document: `permissions.memory`, `nodes[0].type`."""
    hint: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        """Give the one-line form, without the hint."""
        middle = f"{self.path}: " if self.path else ""
        return f"{self.place}: {middle}{self.message}"


class PocketError(Exception):
    """Base of every error that Pocket raises.

    Attributes:
        code: stable name of the class in JSON output, e.g. `call-timeout`.
        exit_code: what the command line exits with.
        fault: who can mend it.
        retryable: whether the same call may succeed when made again.
        retry_after_s: how long whoever failed asks to be left alone before that, in seconds.
        hint: what to do next, or None.
        step: name of the workflow's node that failed, or None outside a workflow.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    fault: ClassVar[Fault] = Fault.POCKET
    retryable: ClassVar[bool] = False
    step: str | None = None
    retry_after_s: float = 0.0

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Give the message without the hint."""
        return self.message


class InvalidDocument(PocketError):
    """A file has problems; all of them are in `problems`, each with its place."""

    code = "invalid-document"
    exit_code = 10
    fault = Fault.CALLER

    def __init__(self, problems: Iterable[Problem], *, hint: str | None = None) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems), hint=hint)


class InvalidManifest(InvalidDocument):
    """manifest.yaml has errors."""

    code = "invalid-manifest"
    exit_code = 11
    fault = Fault.PLUGIN


class InvalidWorkflow(InvalidDocument):
    """A workflow file has errors."""

    code = "invalid-workflow"
    exit_code = 12


class InvalidPolicy(InvalidDocument):
    """policy.yaml has errors, or others can write to it; no plugin is loaded."""

    code = "invalid-policy"
    exit_code = 45
    fault = Fault.OPERATOR


class InvalidPackage(PocketError):
    """A package or plugin folder is not what it has to be; nothing was written."""

    code = "invalid-package"
    exit_code = 13
    fault = Fault.PLUGIN


class InvalidModule(PocketError):
    """A wasm file is corrupt, misses an export or imports something unknown."""

    code = "invalid-module"
    exit_code = 14
    fault = Fault.PLUGIN


class InvalidInput(PocketError):
    """The input or config of a call is not JSON, too large, or fits no schema."""

    code = "invalid-input"
    exit_code = 15
    fault = Fault.CALLER


class PluginNotFound(PocketError):
    """No plugin or node type has this name."""

    code = "plugin-not-found"
    exit_code = 16
    fault = Fault.CALLER


class InstallError(PocketError):
    """A package could not be fetched, did not match its hash, or could not be stored."""

    code = "install-error"
    exit_code = 17
    fault = Fault.CALLER


class ExampleFailed(PocketError):
    """A plugin does not give what an example in its metadata promises."""

    code = "example-failed"
    exit_code = 18
    fault = Fault.PLUGIN


class BuildFailed(PocketError):
    """A tool that builds a plugin is missing or failed, or there is no wasm file after it."""

    code = "build-failed"
    exit_code = 46
    fault = Fault.PLUGIN

    def __init__(self, message: str, *, hint: str | None = None, detail: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.detail = detail
        """What the tool wrote."""


class CostRose(PocketError):
    """A plugin costs more than an earlier report of `pocket bench`, by more than was allowed."""

    code = "cost-rose"
    exit_code = 48
    fault = Fault.PLUGIN


class CallError(PocketError):
    """A call did not end well. `plugin` and `node` say which, `step` the node of a workflow."""

    code = "call-error"
    exit_code = 20
    fault = Fault.PLUGIN

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        plugin: str | None = None,
        node: str | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.plugin = plugin
        self.node = node
        self.detail = detail
        """More for the plugin's author: the last lines of the log."""
        self._find_stack: Callable[[], tuple[StackFrame, ...]] | None = None

    @cached_property
    def stack(self) -> tuple[StackFrame, ...]:
        """Where the plugin failed, in its author's files, the innermost function first.

        It is empty where the plugin did not say.
        """
        return self._find_stack() if self._find_stack else ()

    def find_stack_by(self, find: Callable[[], tuple[StackFrame, ...]]) -> None:
        """Set what finds the stack once somebody asks for it."""
        self._find_stack = find


class PluginError(CallError):
    """The plugin ran and answered with an error of its own."""

    code = "plugin-error"
    exit_code = 21


class PluginCrashed(CallError):
    """The plugin trapped, aborted or its worker died of a signal."""

    code = "plugin-crashed"
    exit_code = 22
    retryable = True


class MemoryLimitExceeded(CallError):
    """The plugin wanted more memory than `permissions.memory`."""

    code = "memory-limit-exceeded"
    exit_code = 23


class CpuLimitExceeded(CallError):
    """One call used more CPU time than `permissions.cpu`."""

    code = "cpu-limit-exceeded"
    exit_code = 24


class FuelExhausted(CallError):
    """One call used more instructions than `permissions.fuel`."""

    code = "fuel-exhausted"
    exit_code = 29


class CallTimeout(CallError):
    """One call took longer than `permissions.timeout` by the clock on the wall."""

    code = "call-timeout"
    exit_code = 25
    retryable = True


class OutputTooLarge(CallError):
    """The plugin's answer is larger than the output cap."""

    code = "output-too-large"
    exit_code = 26


class InvalidOutput(CallError):
    """The plugin's answer is not a response of the ABI."""

    code = "invalid-output"
    exit_code = 27


class PermissionDenied(CallError):
    """The plugin wants what its manifest or the operator does not grant."""

    code = "permission-denied"
    exit_code = 28
    problems: tuple[Problem, ...] = ()
    """Where a plugin is not loaded: each thing that it asks for and does not get."""


class PluginQuarantined(CallError):
    """The plugin failed to start again and again, so it is not tried for a while, or no more."""

    code = "plugin-quarantined"
    exit_code = 19
    retryable = True


class PoolSaturated(CallError):
    """As many calls of the plugin wait for its workers as the host lets wait; none was made."""

    code = "pool-saturated"
    exit_code = 35
    fault = Fault.CALLER
    retryable = True


class NodeError(PocketError):
    """A built-in node of a workflow failed on its input."""

    code = "node-error"
    exit_code = 30
    fault = Fault.CALLER


class NodeUnavailable(NodeError):
    """What a built-in node asked cannot be reached, or has no answer for now."""

    code = "node-unavailable"
    exit_code = 34
    retryable = True


class StepLimitExceeded(PocketError):
    """A workflow took more steps than it may; most likely it loops for ever."""

    code = "step-limit-exceeded"
    exit_code = 31
    fault = Fault.CALLER


class NodeTimeout(PocketError):
    """An attempt of a workflow's node took longer than the node's `timeout`."""

    code = "node-timeout"
    exit_code = 32
    fault = Fault.CALLER
    retryable = True


class RunTimeout(PocketError):
    """A run of a workflow took longer than it may."""

    code = "run-timeout"
    exit_code = 33
    fault = Fault.CALLER


class ProtocolViolation(PocketError):
    """A worker sent what the protocol does not allow. It was killed."""

    code = "protocol-violation"
    exit_code = 40
    fault = Fault.PLUGIN


class SandboxUnavailable(PocketError):
    """A limit cannot be enforced on this machine, so nothing was run."""

    code = "sandbox-unavailable"
    exit_code = 41
    fault = Fault.OPERATOR


class WorkerUnavailable(PocketError):
    """The pocket-worker binary is missing, does not match, or cannot be started."""

    code = "worker-unavailable"
    exit_code = 42
    fault = Fault.OPERATOR


class HostClosed(PocketError):
    """The host was closed, or belongs to a process that has forked since."""

    code = "host-closed"
    exit_code = 43
    fault = Fault.CALLER


class ConsentRequired(PocketError):
    """A plugin asks for more than memory and time, and nobody agreed to that."""

    code = "consent-required"
    exit_code = 44
    fault = Fault.OPERATOR

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        added: Sequence[str] = (),
        removed: Sequence[str] = (),
    ) -> None:
        super().__init__(message, hint=hint)
        self.added = tuple(added)
        """What it asks for and nobody agreed to, in words."""
        self.removed = tuple(removed)
        """What an installed version was given and this one does not ask for."""


def suggest(word: str, known: Sequence[str]) -> str | None:
    """Give a "did you mean" hint for `word` among `known` names, or None when none is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else None
