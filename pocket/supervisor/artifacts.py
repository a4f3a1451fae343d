"""Compiled modules on disk: `CACHE/<engine>-<cpu>/<module hash>.artifact`.

An artifact is native code, so the cache is used only where nobody else could have written it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

from pocket.errors import SandboxUnavailable

ENGINE: Final = "wasmer-7.4.0-cranelift-2"
"""What the worker's engine calls itself; an artifact of another engine is never loaded."""


@cache
def _cpu() -> str:
    """Name the processor's instruction set: native code made for one may not run on another."""
    flags = ""
    with contextlib.suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        flags = next((line for line in file if line.startswith(("flags", "Features"))), "")
    digest = hashlib.blake2b(flags.encode(), digest_size=4).hexdigest()
    return f"{platform.machine()}-{digest}"


def _owned_alone(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


class ArtifactCache:
    """Files by name in one private folder.

    Args:
        folder: made when it is missing, with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / f"{ENGINE}-{_cpu()}"

    def open(self, name: str) -> int | None:
        """Give an open descriptor of a file, or None where it is missing or not to be trusted."""
        try:
            fd = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return None
        status = os.fstat(fd)
        if stat.S_ISREG(status.st_mode) and _owned_alone(status) and self._trusted():
            return fd
        os.close(fd)
        return None

    def read(self, name: str) -> bytes | None:
        """Give a file's bytes, or None where it is missing or not to be trusted."""
        fd = self.open(name)
        if fd is None:
            return None
        with os.fdopen(fd, "rb") as file:
            return file.read()

    def write(self, name: str, data: bytes) -> None:
        """Put a file in place at once, whole or not at all.

        Raises:
            SandboxUnavailable: others can write to the folder, or it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._trusted():
                raise SandboxUnavailable(
                    f"{self.folder} holds native code, and others can write to it",
                    hint=f"chown it to yourself and `chmod 700 {self.folder}`",
                )
            self._replace(name, data)
        except OSError as error:
            raise SandboxUnavailable(
                f"{self.folder}: {error.strerror}; compiled plugins are kept there",
                hint="make the folder writable, or choose another with POCKET_HOME",
            ) from error

    def forget(self, name: str) -> None:
        """Delete a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    def _trusted(self) -> bool:
        return _owned_alone(self.folder.stat())

    def _replace(self, name: str, data: bytes) -> None:
        fd, temporary = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(fd, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.folder / name)
        except BaseException:
            Path(temporary).unlink()
            raise
