"""Asking `pocket-worker probe` what a sandbox lets through."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pocket.supervisor import probe
from pocket.supervisor.binary import find_worker

NOBODY = 65534
"""An ordinary user, for tests that run as root."""


class Answer(probe.Answer):
    """How a probe ended."""

    @property
    def stopped(self) -> bool:
        return self.refused or self.killed


class Prober:
    """Runs probes as one user, each in a process of its own."""

    def __init__(self, user: int | None = None) -> None:
        self._home = tempfile.mkdtemp(prefix="pocket-probe-")
        Path(self._home).chmod(0o755)
        self.binary = shutil.copy(find_worker(), self._home)
        self.folder = Path(self._home, "folder")
        self.folder.mkdir()
        self._as = []
        if user is not None:
            os.chown(self.folder, user, user)
            self._as = ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]

    def __call__(
        self,
        policy: str,
        what: str,
        *words: str | int,
        without: str = "",
        namespaces: bool = False,
    ) -> Answer:
        argv = [*self._as, self.binary, "probe", policy, what, *map(str, words)]
        if namespaces:
            argv.append("--namespaces")
        if without:
            argv += ["--unsafe-without", without]
        with self._descriptors() as (reading, actions):
            pid = os.posix_spawnp(argv[0], argv, {}, file_actions=actions)
            for action in actions[:3]:
                os.close(action[1])
            chunks = []
            while chunk := os.read(reading, 65536):
                chunks.append(chunk)
            _, status = os.waitpid(pid, 0)
        return Answer(os.waitstatus_to_exitcode(status), b"".join(chunks).decode())

    @contextmanager
    def _descriptors(self) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
        """Give what the probe gets: no input, an output, no stderr, and a folder as 5."""
        reading, writing = os.pipe()
        null = [os.open(os.devnull, os.O_RDWR) for _ in range(2)]
        folder = os.open(self.folder, os.O_PATH | os.O_DIRECTORY)
        handed = {0: null[0], 1: writing, 2: null[1], 5: folder}
        # Numbers that a child wants must not be taken by what is still to be handed over.
        high = {number: os.dup2(fd, 100 + number) for number, fd in handed.items()}
        for fd in handed.values():
            os.close(fd)
        try:
            yield reading, [(os.POSIX_SPAWN_DUP2, fd, number) for number, fd in high.items()]
        finally:
            os.close(reading)
            os.close(high[5])

    def close(self) -> None:
        shutil.rmtree(self._home)
