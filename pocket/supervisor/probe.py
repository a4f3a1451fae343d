"""Trying the sandbox out: a worker that puts it on, does one thing and says how it went."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from pocket.errors import SandboxUnavailable, WorkerUnavailable
from pocket.supervisor.binary import find_worker

_TIMEOUT_S = 10.0
_UNCONFINED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """How a probe ended: `code` is an exit status, or a signal's number when negative."""

    code: int
    said: str

    @property
    def worked(self) -> bool:
        """Whether what was tried worked."""
        return self.code == 0

    @property
    def refused(self) -> bool:
        """Whether it was refused with an error."""
        return self.code == 1

    @property
    def killed(self) -> bool:
        """Whether seccomp killed the process for it."""
        return self.code == -signal.SIGSYS


def probe(what: str, *, policy: str = "serve", flags: Sequence[str] = ()) -> Answer:
    """Try `what` in the sandbox of a role; `flags` as for a worker.

    Raises:
        SandboxUnavailable: the sandbox could not be put on.
        WorkerUnavailable: pocket-worker does not run.
    """
    process = _start([policy, what, *flags])
    try:
        said, _ = process.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise WorkerUnavailable(f"the probe {what!r} does not end") from None
    if process.returncode == _UNCONFINED:
        raise SandboxUnavailable(f"a worker cannot be confined: {said.strip()}")
    return Answer(process.returncode, said)


def killed_by_the_host(after_s: float) -> bool:
    """Whether a worker that hangs is ended by the host's SIGKILL, and by nothing else before."""
    process = _start(["serve", "hang"], stdin=subprocess.PIPE)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _start(words: list[str], stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    binary = find_worker()
    try:
        return subprocess.Popen(
            [binary, "probe", *words],
            env={},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except OSError as error:
        raise WorkerUnavailable(f"{binary} does not start: {error.strerror}") from error
