"""What stopped an attack, read off what happened: frames, outcomes of processes, tracebacks."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import pytest

import pocket
from pocket.supervisor.channel import FAILURE, Channel, Frame
from pocket.supervisor.process import Ending, Outcome, Process

_LAYERS = {
    "pocket.capability": "capability",
    "pocket.document": "YAML reader",
    "pocket.plugin.archive": "archive reader",
    "pocket.plugin.config": "config check",
    "pocket.plugin.manifest": "manifest reader",
    "pocket.plugin.metadata": "metadata reader",
    "pocket.plugin.module": "module reader",
    "pocket.plugin.package": "package reader",
    "pocket.plugin.sources": "download",
    "pocket.plugin.store": "store",
    "pocket.supervisor.channel": "frame reader",
    "pocket.supervisor.compiler": "compiler: refused",
    "pocket.supervisor.host": "host",
    "pocket.supervisor.plugin": "host",
    "pocket.supervisor.program": "host",
    "pocket.supervisor.quarantine": "quarantine",
    "pocket.supervisor.request": "request writer",
    "pocket.supervisor.response": "response reader",
    "pocket.supervisor.worker": "frame order",
}
"""The part of Pocket that raised an error, by its module."""


class Evidence:
    """Listens while an attack runs."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.failures: list[str] = []

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Note every end of a process and every failure that a worker reports."""
        end, receive = Process.end, Channel.receive

        def noting_end(process: Process, because: Ending | None = None) -> Outcome:
            first = not process.ended
            outcome = end(process, because)
            if first:
                self.outcomes.append(outcome)
            return outcome

        def noting_receive(channel: Channel, deadline: float) -> Frame:
            frame = receive(channel, deadline)
            if frame[0] == FAILURE:
                self.failures.append(str(frame[2]))
            return frame

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Process, "end", noting_end)
            patch.setattr(Channel, "receive", noting_receive)
            yield

    def stopped_by(self, error: BaseException) -> str:
        """Name the layer that stopped what ended in `error`."""
        reader = _reader(error)
        told = (pocket.ProtocolViolation, pocket.PluginQuarantined)
        if self.failures and not isinstance(error, told):
            who = "compiler" if self.failures[-1] == "bad-module" else "worker"
            return f"{who}: {self.failures[-1]}"
        if isinstance(error, pocket.PluginQuarantined):
            return reader
        for outcome in reversed(self.outcomes):
            said = _ending(outcome, reader)
            if said:
                return said
        if isinstance(error, pocket.PluginCrashed) and self.outcomes:
            return f"host: end of pipe ({self.outcomes[-1]})"
        return reader


def _ending(outcome: Outcome, reader: str) -> str | None:
    """Say what an outcome proves; None for a process that was no longer wanted."""
    match outcome.ending:
        case Ending.TIMEOUT:
            return "host: deadline, SIGKILL"
        case Ending.PROTOCOL:
            return f"host: {reader}, SIGKILL"
        case Ending.CPU | Ending.SANDBOX:
            return f"kernel: {outcome}"
        case Ending.MEMORY:
            return f"kernel: RLIMIT_DATA, {outcome}"
        case Ending.EXIT if outcome.code:
            return f"worker: {outcome}"
        case Ending.SIGNAL if outcome.code != -signal.SIGKILL:
            return f"kernel: {outcome}"
        case _:
            return None


def _reader(error: BaseException) -> str:
    names = [str(frame) for frame in _modules(error.__traceback__) if frame.startswith("pocket.")]
    for name in reversed(names):
        for known in (name, name.rpartition(".")[0]):
            if known in _LAYERS:
                return _LAYERS[known]
    return type(error).__name__


def _modules(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        yield str(traceback.tb_frame.f_globals.get("__name__", ""))
        traceback = traceback.tb_next
