"""Runs a module in a real worker, with folders and variables of a test's choice."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from pocket._wire import Mailbox, encode_calls
from pocket.plugin.module import split_module
from pocket.supervisor.channel import (
    FAILURE,
    LOG,
    PROTOCOL,
    READY,
    RESULT,
    START,
    Channel,
    encode_frame,
)
from pocket.supervisor.compiler import compile_module
from pocket.supervisor.process import Process

READS, WRITES, BOTH = 1, 2, 3


@dataclass(frozen=True)
class Grant:
    """A folder, the name that the guest knows it by, and what it may do there."""

    folder: Path
    path: str = "/data"
    mode: int = BOTH


class GuestFailed(Exception):
    """The worker answered with a failure: its code, its message."""

    @property
    def code(self) -> str:
        return str(self.args[0])


@cache
def _artifact(wasm: bytes) -> bytes:
    return compile_module(split_module(wasm, "guest"), "guest", metered=False).artifact


@dataclass
class Guest:
    """A module in a worker of its own; `state` is kept unless a test wants it fresh."""

    wasm: bytes
    grants: Sequence[Grant] = ()
    environ: Sequence[bytes] = ()
    disk_bytes: int = 64 << 20
    output_bytes: int = 1 << 20
    cpu_ms: int = 5_000
    fresh: bool = False
    log: list[tuple[int, bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        folders = [os.open(grant.folder, os.O_PATH | os.O_DIRECTORY) for grant in self.grants]
        with tempfile.TemporaryFile() as artifact:
            artifact.write(_artifact(self.wasm))
            artifact.flush()
            mailbox = Mailbox(0)
            self.process = Process("serve", [artifact.fileno(), mailbox.fileno(), *folders])
        for fd in folders:
            os.close(fd)
        self._channel = Channel(self.process.requests, self.process.replies)
        self._calls = 0
        numbers = [
            64 << 20, 100_000, self.cpu_ms, 2_000, self.output_bytes, 64 << 10, os.getpid(),
            not self.fresh, 0, self.disk_bytes, 0,
        ]  # fmt: skip
        names = [[grant.path, grant.mode] for grant in self.grants]
        start = [START, 0, PROTOCOL, numbers, None, list(self.environ), names]
        self._answer(encode_frame(start), READY, 30.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.end()

    def call(self, request: bytes, timeout_s: float = 30.0) -> bytes:
        self._calls += 1
        answer = self._answer(encode_calls(self._calls, [request]), RESULT, timeout_s)[2]
        assert isinstance(answer, bytes)
        return answer

    def _answer(self, message: bytes, kind: int, timeout_s: float) -> list[object]:
        deadline = monotonic() + timeout_s
        self._channel.send(message, deadline)
        while True:
            frame = self._channel.receive(deadline)
            if frame[0] == LOG:
                level, line = frame[2:]
                assert isinstance(level, int)
                assert isinstance(line, bytes)
                self.log.append((level, line))
            elif frame[0] == FAILURE:
                raise GuestFailed(*frame[2:4])
            else:
                assert frame[0] == kind
                return frame
