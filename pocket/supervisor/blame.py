"""Whose fault it was that a call did not end well, as the error that says so."""

from __future__ import annotations

import logging
from collections import deque
from typing import Final, TypeVar, cast

from pocket.errors import (
    CallError,
    CallTimeout,
    CpuLimitExceeded,
    FuelExhausted,
    InvalidModule,
    InvalidOutput,
    MemoryLimitExceeded,
    OutputTooLarge,
    PluginCrashed,
    PocketError,
    ProtocolViolation,
    SandboxUnavailable,
)
from pocket.masking import Mask, masked
from pocket.plugin.manifest import Manifest
from pocket.plugin.module import Module
from pocket.supervisor import limits
from pocket.supervisor.channel import FAILURE, Frame
from pocket.supervisor.process import Ending, Outcome
from pocket.supervisor.response import shortened
from pocket.supervisor.trace import Trace
from pocket.units import format_bytes, format_duration

E = TypeVar("E", bound=CallError)

_logger = logging.getLogger("pocket.plugin")
_LEVELS: Final = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)

FAILURE_ERRORS: Final[dict[str, type[PocketError]]] = {
    "trap": PluginCrashed,
    "memory": MemoryLimitExceeded,
    "fuel": FuelExhausted,
    "output-too-large": OutputTooLarge,
    "bad-output": InvalidOutput,
    "bad-module": InvalidModule,
    "sandbox": SandboxUnavailable,
    "protocol": ProtocolViolation,
}
"""Each code of a `failure` frame and the exception that it becomes (docs/protocol.md)."""


_SAYING: Final = {
    "trap": "it crashed: {}",
    "memory": "it was refused more memory: {}",
}
"""How the worker's short messages are put to a person."""


class BadArtifact(Exception):
    """The compiled module on disk cannot be used; compile it again."""


def _printable(line: bytes) -> str:
    """Decode a line of a plugin's log, with nothing in it that a terminal would obey."""
    text = line.decode(errors="replace").rstrip("\n")
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


class Blame:
    """Makes the errors of one worker, with the last lines of its plugin's log.

    Args:
        manifest: of the plugin; hints name the limit in it that was hit.
        module: of the plugin; says what the functions of a crash are called.
        mask: hides what the plugin was given in secret.
    """

    def __init__(self, manifest: Manifest, module: Module, mask: Mask) -> None:
        self._manifest = manifest
        self._module = module
        self._mask = mask
        self._lines: deque[str] = deque(maxlen=limits.LOG_LINES_KEPT)

    def log(self, frame: Frame) -> None:
        """Pass a line of the plugin's log on, and keep it for an error."""
        level, line = cast("tuple[int, bytes]", frame[2:])
        text = masked(self._mask.text(_printable(line)))
        self._lines.append(text)
        _logger.log(_LEVELS[min(max(level, 0), 3)], "%s: %s", self._manifest.name, text)

    def failure(self, frame: Frame, *, starting: bool) -> Exception:
        """Turn a frame that is not the wanted one into its exception."""
        if frame[0] != FAILURE:
            return ProtocolViolation(
                f"plugin {self._manifest.name}: a frame of kind {frame[0]} out of turn"
            )
        code, said = cast("tuple[str, str]", frame[2:4])
        message = shortened(said)
        trace = Trace.read(cast("bytes", frame[8]), self._module)
        if trace is None:
            return ProtocolViolation(f"plugin {self._manifest.name}: a trace that is none")
        if code == "bad-artifact" and starting:
            return BadArtifact(message)
        error = FAILURE_ERRORS.get(code)
        if error is None:
            return ProtocolViolation(f"plugin {self._manifest.name}: unknown failure {code!r:.40}")
        if issubclass(error, CallError):
            failed = self.error(error, _SAYING.get(code, "{}").format(message))
            failed.find_stack_by(trace.find)
            return failed
        return error(f"plugin {self._manifest.name}: {message}")

    def died(self, outcome: Outcome, *, starting: bool, what: str | None = None) -> PocketError:
        """Turn the unexpected end of the process into its exception."""
        permissions = self._manifest.permissions
        match outcome.ending:
            case Ending.CPU:
                budget = limits.START_CPU_MS / 1000 if starting else permissions.cpu_s
                what = what or ("the start" if starting else "one call")
                message = f"{what} used more than {format_duration(budget)} of CPU time"
                return self.error(CpuLimitExceeded, message)
            case Ending.MEMORY:
                return self.error(MemoryLimitExceeded, "the process ran out of memory")
            case Ending.SANDBOX:
                # An abort of the worker ends so too: it would have to send itself a signal.
                message = "the sandbox killed the process for a forbidden system call"
                return self._crashed(message, outcome)
            case Ending.TIMEOUT:
                return self.error(CallTimeout, "the call was stopped")
            case Ending.PROTOCOL:
                return ProtocolViolation(f"plugin {self._manifest.name}: broke the protocol")
            case Ending.EXIT | Ending.SIGNAL:
                return self._crashed(f"the process ended with {outcome}", outcome)

    def _crashed(self, message: str, outcome: Outcome) -> PluginCrashed:
        error = self.error(PluginCrashed, message)
        error.detail = error.detail or self._mask.text(outcome.stderr) or None
        return error

    def error(self, kind: type[E], message: str) -> E:
        """Give an error of this plugin."""
        detail = "\n".join(self._lines) or None
        hint = self._hint(kind)
        return kind(
            f"plugin {self._manifest.name}: {self._mask.text(message)}",
            hint=hint,
            plugin=self._manifest.name,
            detail=detail,
        )

    def _hint(self, kind: type[CallError]) -> str | None:
        """Say which line of the manifest holds the limit that was hit."""
        permissions = self._manifest.permissions
        limit = {
            MemoryLimitExceeded: f"permissions.memory is {format_bytes(permissions.memory_bytes)}",
            CpuLimitExceeded: f"permissions.cpu is {format_duration(permissions.cpu_s)}",
            FuelExhausted: f"permissions.fuel is {permissions.fuel}",
            CallTimeout: f"permissions.timeout is {format_duration(permissions.timeout_s)}",
        }.get(kind)
        return f"{limit} in the plugin's manifest" if limit else None
