"""The one way in which nodes open files: beneath a folder that no path and no link leads out of."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pocket.units import format_bytes

MAX_FILE_BYTES: Final = 10_000_000
"""Largest file that is read or written whole; a node's output has about the same cap."""
MAX_APPENDED_BYTES: Final = 1 << 30
"""Largest that a file grows by appending: a hundred times the most that can be read back."""
MAX_ENTRIES: Final = 10_000
"""Most entries of a folder that are listed; their names make about a megabyte."""

_MAX_LINKS: Final = 40
"""Links on one way, as many as Linux follows."""
_MAX_DEPTH: Final = 100
"""Folders on one way: each is held open until the end of it."""
_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A FIFO that took the file's place since the check must not make anybody wait.
_FILE: Final = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with everything beneath it, and nothing else.

    Each step of a path is opened from the folder before it, as openat2 does with RESOLVE_BENEATH:
    whoever moves things about meanwhile still gets nobody out. Links are followed where they stay
    beneath.

    Attributes:
        path: of the folder itself; links in this one lead wherever they lead.
    """

    path: Path

    @contextmanager
    def spot(self, name: str, *, create: bool = False, follow: bool = True) -> Iterator[Spot]:
        """Find the place that a path names; there may be nothing yet.

        Args:
            name: the path, from this folder on.
            create: make the folders on the way that are missing.
            follow: whether a link at the end of the path stands for what it leads to.

        Raises:
            ValueError: it leads out; a hint may stand after "; ".
            OSError: there is no such way.
        """
        with ExitStack() as opened:
            yield Spot(*self._walk(name, opened, create=create, follow=follow))

    def _walk(self, name: str, opened: ExitStack, *, create: bool, follow: bool) -> tuple[int, str]:
        waiting = _steps(name)[::-1]
        way = [_opened(opened, os.open(self.path, _FOLDER & ~os.O_NOFOLLOW))]
        links = 0
        while waiting:
            step = waiting.pop()
            if step == "..":
                # Only from a link: the name itself has none.
                if len(way) == 1:
                    raise _leads_out(name)
                way.pop()
                continue
            target = _link(step, way[-1]) if waiting or follow else None
            if target is not None:
                links += 1
                if target.startswith("/") or links > _MAX_LINKS:
                    raise _leads_out(name)
                waiting += [part for part in target.split("/") if part not in {"", "."}][::-1]
            elif not waiting:
                return way[-1], step
            elif len(way) > _MAX_DEPTH:
                raise ValueError(f"{name!r:.200} is deeper than {_MAX_DEPTH} folders")
            else:
                way.append(_opened(opened, _enter(step, way[-1], create=create)))
        return way[-1], "."


@dataclass(frozen=True, slots=True)
class Spot:
    """An entry of an open folder, there or not. Whatever takes its place is no way out either."""

    folder: int
    name: str

    def status(self) -> os.stat_result:
        """Give what is there, a link for itself.

        Raises:
            OSError: nothing is.
        """
        return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Open an ordinary file for reading.

        Raises:
            ValueError: it is no ordinary file.
            OSError: it cannot be read.
        """
        _check_ordinary(self.status())
        with os.fdopen(os.open(self.name, os.O_RDONLY | _FILE, dir_fd=self.folder), "rb") as stream:
            _check_ordinary(os.fstat(stream.fileno()))
            yield stream

    def read(self, at_most: int = MAX_FILE_BYTES) -> tuple[bytes, os.stat_result]:
        """Give all of an ordinary file.

        Raises:
            ValueError: it is no ordinary file, or too large.
            OSError: it cannot be read.
        """
        with self.opened() as stream:
            status = os.fstat(stream.fileno())
            data = stream.read(at_most + 1) or b""
        if len(data) > at_most:
            raise ValueError(f"it has more than {format_bytes(at_most)}")
        return data, status

    def write(self, data: bytes) -> os.stat_result:
        """Put a file there, whole or not at all; readers see the old one or the new one.

        Raises:
            ValueError: something else than an ordinary file is there.
            OSError: it cannot be written.
        """
        with self.replaced() as stream:
            stream.write(data)
            stream.flush()
            return os.fstat(stream.fileno())

    @contextmanager
    def replaced(self) -> Iterator[BinaryIO]:
        """Give a file to write to; it is put there when the block ends well.

        Raises:
            ValueError: something else than an ordinary file is there.
            OSError: it cannot be written.
        """
        mode = self._mode()
        beside = f".pocket-{os.urandom(8).hex()}.tmp"
        fd, has_name = _new_file(beside, self.folder)
        try:
            with os.fdopen(fd, "wb") as stream:
                if mode is not None:
                    os.fchmod(fd, mode)
                yield stream
                stream.flush()
                os.fsync(fd)
                if not has_name:
                    # A link cannot take the place of a file, so it takes two steps.
                    os.link(f"/proc/self/fd/{fd}", beside, dst_dir_fd=self.folder)
            os.rename(beside, self.name, src_dir_fd=self.folder, dst_dir_fd=self.folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(beside, dir_fd=self.folder)
            raise

    def append(self, data: bytes) -> os.stat_result:
        """Add to the end of a file, which is made where there is none.

        Raises:
            ValueError: something else than an ordinary file is there, or it would grow too large.
            OSError: it cannot be written.
        """
        self._mode()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _FILE
        fd = os.open(self.name, flags, 0o666, dir_fd=self.folder)
        with os.fdopen(fd, "ab", buffering=0) as stream:
            status = os.fstat(fd)
            _check_ordinary(status)
            if status.st_size + len(data) > MAX_APPENDED_BYTES:
                raise ValueError(f"it would have more than {format_bytes(MAX_APPENDED_BYTES)}")
            rest = memoryview(data)
            while rest:
                rest = rest[stream.write(rest) :]
            return os.fstat(fd)

    def entries(self) -> list[tuple[str, os.stat_result]]:
        """Give the names in a folder, in order, each with what it is.

        Raises:
            ValueError: there are too many.
            OSError: it is no folder.
        """
        fd = os.open(self.name, os.O_RDONLY | os.O_DIRECTORY | _FILE, dir_fd=self.folder)
        try:
            names = _names(fd)
            found: list[tuple[str, os.stat_result]] = []
            for name in sorted(names):
                # Somebody else may delete what was there a moment ago.
                with suppress(FileNotFoundError):
                    found.append((name, os.stat(name, dir_fd=fd, follow_symlinks=False)))
            return found
        finally:
            os.close(fd)

    def delete(self) -> None:
        """Delete a file, a link or an empty folder.

        Raises:
            ValueError: it is the folder that everything lies in.
            OSError: it is not there, or cannot be deleted.
        """
        if self.name == ".":
            raise ValueError("the folder itself cannot be deleted")
        if stat.S_ISDIR(self.status().st_mode):
            os.rmdir(self.name, dir_fd=self.folder)
        else:
            os.unlink(self.name, dir_fd=self.folder)

    def _mode(self) -> int | None:
        """Give the mode of the file that is there, and refuse whatever else is."""
        try:
            status = self.status()
        except FileNotFoundError:
            return None
        _check_ordinary(status)
        return status.st_mode & 0o777


def _steps(name: str) -> list[str]:
    if "\0" in name:
        raise ValueError("a path has no NUL character")
    if name.startswith("/"):
        raise ValueError(f"{name!r:.200} is absolute; write it from the folder on")
    steps = name.split("/")
    if ".." in steps:
        raise ValueError(f"{name!r:.200} has a '..'; write the path without it")
    return [step for step in steps if step not in {"", "."}]


def _link(step: str, folder: int) -> str | None:
    """Give where a link leads, or None where there is none."""
    try:
        return os.readlink(step, dir_fd=folder)
    except OSError:
        return None


def _enter(step: str, folder: int, *, create: bool) -> int:
    if create:
        with suppress(FileExistsError):
            os.mkdir(step, dir_fd=folder)
    return os.open(step, _FOLDER, dir_fd=folder)


def _new_file(name: str, folder: int) -> tuple[int, bool]:
    """Make a file, and tell whether it has its name already.

    It has none where the file system can do without: then nothing is left of it whatever ends
    this process.
    """
    with suppress(OSError):
        flags = os.O_WRONLY | os.O_TMPFILE | os.O_CLOEXEC
        return os.open(".", flags, 0o666, dir_fd=folder), False
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE
    return os.open(name, flags, 0o666, dir_fd=folder), True


def _opened(opened: ExitStack, fd: int) -> int:
    opened.callback(os.close, fd)
    return fd


def _names(fd: int) -> list[str]:
    names: list[str] = []
    with os.scandir(fd) as entries:
        for entry in entries:
            if len(names) == MAX_ENTRIES:
                raise ValueError(f"it has more than {MAX_ENTRIES} entries")
            names.append(entry.name)
    return names


def _check_ordinary(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ValueError("it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no ordinary file")


def _leads_out(name: str) -> ValueError:
    return ValueError(f"{name!r:.200} leads out of the folder; put the file beneath it")
