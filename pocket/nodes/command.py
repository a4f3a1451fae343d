"""A command of the system, from its start to the end of every process in its group."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from pocket.capability.interruption import interruptible
from pocket.errors import NodeError, NodeTimeout
from pocket.nodes.crew import Crew
from pocket.units import format_bytes, format_duration
from pocket.workflow.scope import Scope

_AT_ONCE: Final = 64 << 10
_SIGNALLED: Final = 128
"""What shells add to the number of the signal that ended a command."""


class Ended(NamedTuple):
    """What a command left behind."""

    exit_code: int
    stdout: str
    stderr: str
    took_s: float


@dataclass(frozen=True, slots=True)
class Command:
    """A program with all that it gets, which is no terminal, no input and no other variable.

    Attributes:
        argv: the program and its arguments; no shell looks at them.
        environ: all of its environment.
        folder: where it runs.
        timeout_s: when it is killed.
        max_output: most bytes of stdout, and of stderr.
    """

    argv: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    timeout_s: float
    max_output: int

    def run(self, scope: Scope) -> Ended:
        """Run it. When this returns or raises, its process group is dead.

        Raises:
            NodeError: it cannot be started, or writes too much.
            NodeTimeout: it took too long, or is no longer wanted.
        """
        scope.check_time()
        started_s = monotonic()
        begun: list[subprocess.Popen[bytes]] = []
        try:
            # Ctrl-C is for the main thread: there it could come when the process has begun and
            # nobody knows of it yet.
            with Crew[None](1) as starter:
                starter.begin(lambda: begun.append(self._started()))
                starter.next_ended().outcome()
            [process] = begun
            texts = self._followed(process, scope, started_s + self.timeout_s)
        finally:
            for process in begun:
                _end(process)
        code = process.returncode
        exit_code = code if code >= 0 else _SIGNALLED - code
        return Ended(exit_code, *texts, monotonic() - started_s)

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self.argv,
                env=self.environ,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            where = f" (in {self.folder})" if str(error.filename) == str(self.folder) else ""
            said = f"cannot start {self.argv[0]!r:.200}: {error.strerror}{where}"
            raise NodeError(said) from error
        except ValueError as error:
            raise NodeError(f"cannot start {self.argv[0]!r:.200}: {error}") from error

    def _followed(
        self, process: subprocess.Popen[bytes], scope: Scope, until: float
    ) -> tuple[str, str]:
        """Read what it writes until its first process has ended."""
        out, err = bytearray(), bytearray()
        with (
            selectors.DefaultSelector() as selector,
            _pidfd(process) as ending,
            _eventfd() as unwanted,
            interruptible(partial(os.eventfd_write, unwanted, 1)),
        ):
            selector.register(ending, selectors.EVENT_READ)
            selector.register(unwanted, selectors.EVENT_READ)
            for stream, kept in ((process.stdout, out), (process.stderr, err)):
                assert stream is not None
                os.set_blocking(stream.fileno(), False)
                selector.register(stream.fileno(), selectors.EVENT_READ, kept)
            ended = False
            while not ended:
                ready = [key for key, _ in selector.select(self._patience_s(scope, until))]
                ended = any(key.fd == ending for key in ready)
                if ended:
                    # What it left running writes no more; what was written before is still there.
                    _kill_group(process)
                    ready = list(selector.get_map().values())
                for key in ready:
                    if key.data is not None and not self._read(key.fd, key.data, whole=ended):
                        selector.unregister(key.fd)
        return out.decode("utf-8", "replace"), err.decode("utf-8", "replace")

    def _patience_s(self, scope: Scope, until: float) -> float:
        scope.check_time()
        left_s = until - monotonic()
        if left_s <= 0:
            raise NodeTimeout(
                f"{self.argv[0]!r:.200} took longer than {format_duration(self.timeout_s)}",
                hint="allow more with timeout in the node's config",
            )
        return min(left_s, scope.left_s())

    def _read(self, fd: int, kept: bytearray, *, whole: bool) -> bool:
        """Read something, or all that there is; say whether there may be more."""
        while True:
            try:
                piece = os.read(fd, _AT_ONCE)
            except BlockingIOError:
                return True
            kept += piece
            if len(kept) > self.max_output:
                raise NodeError(
                    f"{self.argv[0]!r:.200} wrote more than {format_bytes(self.max_output)}",
                    hint="allow more with max_output in the node's config",
                )
            if not whole or not piece:
                return bool(piece)


def _end(process: subprocess.Popen[bytes]) -> None:
    _kill_group(process)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    # Nobody has waited for the leader yet, so the number is still that of its group.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _pidfd(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Give a descriptor that is readable once the process has ended."""
    fd = os.pidfd_open(process.pid)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def _eventfd() -> Iterator[int]:
    """Give a descriptor that is readable once something was written to it."""
    fd = os.eventfd(0, os.EFD_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)
