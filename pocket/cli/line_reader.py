"""The lines of a batch, out of a file or a pipe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from select import POLLIN, poll
from stat import S_ISREG
from typing import Final

from pocket.capability.interruption import interrupted, interruptible
from pocket.errors import InvalidInput

MAX_LINE_BYTES: Final = 64 << 20
"""As much as a plugin takes at once; a file without line ends must not be read whole."""
_READ_BYTES: Final = 256 << 10
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def size_of(fd: int) -> int | None:
    """Give the bytes of a file; what comes through a pipe has no known end."""
    status = os.fstat(fd)
    return status.st_size if S_ISREG(status.st_mode) else None


class LineReader:
    """Reads lines, of which each comes as soon as it is there.

    Another thread may end the wait for one by an `Interruption`; then no more come.

    Args:
        fd: what is read; nothing else may read from it.
        name: of it, for errors.

    Attributes:
        read_bytes: of the lines that were given; one that is too long counts as what it may have.
        size_bytes: how much there is, or None for what comes through a pipe.
    """

    def __init__(self, fd: int, name: str) -> None:
        self.read_bytes = 0
        self._fd = fd
        self._name = name
        self.size_bytes = size_of(fd)

    def __iter__(self) -> Iterator[tuple[int, bytes | None]]:
        """Give each line with its number from 1 on; None stands for one that is too long.

        Raises:
            InvalidInput: it cannot be read.
        """
        for number, line in enumerate(self._lines(), 1):
            self.read_bytes += 1 + (MAX_LINE_BYTES if line is None else len(line))
            yield number, line.removeprefix(_BYTE_ORDER_MARK) if line and number == 1 else line

    def _lines(self) -> Iterator[bytes | None]:
        parts: list[bytes] = []
        size = 0
        for chunk in self._chunks():
            first, *others = chunk.split(b"\n")
            size += len(first)
            parts.append(first)
            if size > MAX_LINE_BYTES:
                parts.clear()
            if others:
                yield _joined(parts, size)
                yield from others[:-1]
                parts, size = [others[-1]], len(others[-1])
        if size:
            yield _joined(parts, size)

    def _chunks(self) -> Iterator[bytes]:
        wake = os.eventfd(0, os.EFD_CLOEXEC)
        waited = poll()
        waited.register(self._fd, POLLIN)
        waited.register(wake, POLLIN)
        try:
            while True:
                with interruptible(partial(os.eventfd_write, wake, 1)):
                    waited.poll()
                if interrupted() or not (chunk := self._read()):
                    return
                yield chunk
        finally:
            os.close(wake)

    def _read(self) -> bytes:
        try:
            return os.read(self._fd, _READ_BYTES)
        except OSError as error:
            raise InvalidInput(f"{self._name}: {error.strerror}") from None


def _joined(parts: list[bytes], size: int) -> bytes | None:
    return b"".join(parts) if size <= MAX_LINE_BYTES else None
