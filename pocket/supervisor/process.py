"""One worker process: spawned, killed, reaped, and how it ended."""

from __future__ import annotations

import contextlib
import fcntl
import operator
import os
import signal
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from itertools import chain

from pocket.errors import WorkerUnavailable
from pocket.supervisor.binary import find_worker
from pocket.supervisor.limits import STDERR_BYTES
from pocket.supervisor.sandbox import worker_arguments

_FIRST_FILE = 3
"""0 to 2 are the child's pipes."""


class Ending(Enum):
    """How a worker ended; every worker ends in exactly one of these."""

    EXIT = "exit"
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    CPU = "cpu"
    MEMORY = "memory"
    SANDBOX = "sandbox"
    PROTOCOL = "protocol"


_SIGNAL_ENDINGS = {
    signal.SIGPROF: Ending.CPU,
    signal.SIGXCPU: Ending.CPU,
    signal.SIGSYS: Ending.SANDBOX,
}
# What the Rust runtime says before it aborts for want of memory.
_OUT_OF_MEMORY = "memory allocation of "


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one worker ended: `code` is an exit status, or a signal's number when negative."""

    ending: Ending
    code: int
    stderr: str = ""

    def __str__(self) -> str:
        """Say it as a person would: `signal SIGSEGV`, `exit status 3`."""
        if self.code < 0:
            with contextlib.suppress(ValueError):
                return f"signal {signal.Signals(-self.code).name}"
            return f"signal {-self.code}"
        return f"exit status {self.code}"


def _ending(code: int, stderr: str) -> Ending:
    if code >= 0:
        return Ending.EXIT
    if _OUT_OF_MEMORY in stderr:
        return Ending.MEMORY
    return _SIGNAL_ENDINGS.get(signal.Signals(-code), Ending.SIGNAL)


def _pipe(free: int) -> tuple[int, int]:
    """Make a pipe whose ends do not collide with the numbers below `free` that a child wants."""
    ends = os.pipe()
    if min(ends) >= free:
        return ends
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, free) for fd in ends]
    for fd in ends:
        os.close(fd)
    return moved[0], moved[1]


def _close(fds: Sequence[int]) -> None:
    """Close all of them, in one step for Ctrl-C."""
    deque(map(os.close, fds), maxlen=0)


class Process:
    """A running `pocket-worker`, with its three pipes.

    Attributes:
        requests: write end of its stdin, non-blocking.
        replies: read end of its stdout, non-blocking.
    """

    __slots__ = (
        "_killed",
        "_lock",
        "_outcome",
        "_owner",
        "_pipes",
        "_reaped",
        "_spawned",
        "replies",
        "requests",
    )

    def __init__(self, role: str, files: Sequence[int] = ()) -> None:
        """Start a worker.

        Args:
            role: `serve`, `compile` or `symbolise`.
            files: descriptors that it gets as 3 and up: `serve` its artifact, its mailbox and its
                folders, in this order.

        The worker dies with the *thread* that called this, so that thread has to live as long
        as the worker is wanted (prctl(2), PR_SET_PDEATHSIG).

        Raises:
            WorkerUnavailable: the binary is missing or the system starts no more processes.
        """
        self._outcome: Outcome | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._killed = False
        self._reaped = False
        self._spawned: list[int] = []
        self._pipes: list[int] = []
        binary = find_worker()
        try:
            self._spawn(binary, role, files)
        except OSError as error:
            _close(self._pipes)
            self._pipes.clear()
            raise WorkerUnavailable(f"{binary} does not start: {error.strerror}") from error
        self.requests, self.replies, _ = self._pipes

    def __del__(self) -> None:
        """End what has no owner any more: Ctrl-C may come between a spawn and whoever wanted it."""
        if self._outcome is None:
            if self._spawned and self._owner == os.getpid():
                self.end()
            else:
                _close(self._pipes)

    def _spawn(self, binary: str, role: str, files: Sequence[int]) -> None:
        free = _FIRST_FILE + len(files)
        handed: list[int] = []
        moved: list[int] = []
        closing = map(os.close, chain(handed, moved))
        try:
            for ours in (1, 0, 0):
                ends = _pipe(free)
                os.set_blocking(ends[ours], False)
                self._pipes.append(ends[ours])
                handed.append(ends[1 - ours])
            # A file may stand where another one belongs, so they are moved out of the way first.
            moved.extend(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, free) for fd in files)
            numbered = [*handed, *moved]
            spawn = partial(
                os.posix_spawn,
                binary,
                [binary, role, *worker_arguments()],
                {},
                file_actions=[(os.POSIX_SPAWN_DUP2, fd, n) for n, fd in enumerate(numbered)],
                setpgroup=0,  # Ctrl-C on the terminal is for the host alone
                setsigmask=(),
                setsigdef=signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP},
            )
            # Python looks for signals between two steps of a function, not within `extend`: the
            # process id is kept before Ctrl-C can be heard.
            self._spawned.extend(map(operator.call, (spawn,)))
        finally:
            deque(closing, maxlen=0)  # one step for Ctrl-C: no call of a function comes before it

    @property
    def pid(self) -> int:
        """Process id."""
        return self._spawned[0]

    @property
    def ended(self) -> bool:
        """Whether `end` was called."""
        return self._outcome is not None

    @property
    def killed(self) -> bool:
        """Whether `kill` was called; who owns the process then has to call `end`."""
        return self._killed

    def end(self, because: Ending | None = None) -> Outcome:
        """Kill the worker if it still runs, reap it and close its pipes; again gives the same.

        Args:
            because: why the host kills it; None where it ended by itself or is no longer wanted.
        """
        if self._outcome is None:
            code = self._reap()
            stderr = self._last_words()
            self._outcome = Outcome(because or _ending(code, stderr), code, stderr)
            _close(self._pipes)
        return self._outcome

    def abandon(self) -> None:
        """Close this process's copies of the pipes and leave the worker to whoever owns it."""
        if self._outcome is None:
            self._outcome = Outcome(Ending.EXIT, 0)
            _close(self._pipes)

    def kill(self) -> None:
        """Send SIGKILL, from any thread; whoever uses the pipes sees them end."""
        self._killed = True
        with self._lock:
            if self._reaped:
                return
            # Children it cannot have, but if it had, they would be in its group.
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(ProcessLookupError):
                    kill(self.pid, signal.SIGKILL)

    def _reap(self) -> int:
        # A process that is on its way out keeps the status that it chose or was given.
        self.kill()
        with self._lock:
            self._reaped = True
            try:
                _, status = os.waitpid(self.pid, 0)
            except ChildProcessError:
                return -signal.SIGKILL  # somebody else reaped it, and kept how it ended
        return os.waitstatus_to_exitcode(status)

    def _last_words(self) -> str:
        try:
            return os.read(self._pipes[2], STDERR_BYTES).decode(errors="replace").strip()
        except BlockingIOError:
            return ""
