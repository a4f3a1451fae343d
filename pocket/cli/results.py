"""The file of `--to`: what came of each line of a batch, whatever ended the batch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

import orjson

from pocket.cli.output import error_json, json_text
from pocket.document import JSON
from pocket.errors import InvalidInput, PocketError

_BEGIN: Final = b'{"line":'
"""How each line begins, and so the part of one, too."""


class Results:
    """Writes a line of JSON for each line of the batch, before the next one is begun with.

    Attributes:
        last: number of the last line that has its result, 0 for none.
        done: how many have.
        failed: how many of these are errors.
        exit_code: that of the first error, 0 for none.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        """Read what an earlier run left, and drop the part of a line at its end.

        Raises:
            InvalidInput: it is no file of results.
        """
        self.last = self.done = self.failed = self.exit_code = 0
        self._fd = file.fileno()
        self._path = path
        self._end = 0
        codes = dict(_exit_codes(PocketError))
        for number, line in enumerate(file, 1):
            if line.endswith(b"\n"):
                self._take(number, line, codes)
                self._end += len(line)
            elif not line.startswith(_BEGIN[: len(line)]):
                raise self._foreign(number)
        os.truncate(self._fd, self._end)
        os.lseek(self._fd, self._end, os.SEEK_SET)

    def write(self, line: int, outcome: JSON | PocketError) -> None:
        """Write down what came of a line.

        Raises:
            OSError: the file cannot be written; it ends with the line before.
        """
        if isinstance(outcome, PocketError):
            data: JSON = {"line": line, "error": error_json(outcome)}
        else:
            data = {"line": line, "output": outcome}
        rest = memoryview(f"{json_text(data)}\n".encode())
        size = len(rest)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            with suppress(OSError):
                os.truncate(self._fd, self._end)
            error.filename = str(self._path)
            raise
        self._end += size
        self.last = line

    def _take(self, number: int, line: bytes, codes: Mapping[str, int]) -> None:
        try:
            result = orjson.loads(line)
            ordered = result["line"] > self.last
            code = 0 if "output" in result else codes[result["error"]["code"]]
        except (ValueError, TypeError, KeyError):
            ordered = False
        if not ordered:
            raise self._foreign(number)
        self.last = result["line"]
        self.done += 1
        self.failed += code != 0
        self.exit_code = self.exit_code or code

    def _foreign(self, number: int) -> InvalidInput:
        return InvalidInput(
            f"{self._path}:{number}: no result of a line behind the one above",
            hint="--resume goes on with a file that `pocket run --to` wrote",
        )


def _exit_codes(kind: type[PocketError]) -> Iterator[tuple[str, int]]:
    yield kind.code, kind.exit_code
    for narrower in kind.__subclasses__():
        yield from _exit_codes(narrower)


@contextmanager
def open_results(path: Path, *, resume: bool) -> Iterator[Results]:
    """Open the file of `--to`, for this process alone.

    Args:
        path: of the file, which is made where there is none.
        resume: whether it may be there already.

    Raises:
        InvalidInput: it cannot be opened, another process writes to it, it is there and must not
            be, or it is no file of results.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if resume else os.O_EXCL)
    try:
        fd = os.open(path, flags, 0o666)
    except FileExistsError:
        raise InvalidInput(
            f"{path} is there already",
            hint="add --resume to go on behind its last line, or name another file",
        ) from None
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    with open(fd, "rb") as file:  # noqa: PTH123
        if not S_ISREG(os.fstat(fd).st_mode):
            raise InvalidInput(f"{path} is no ordinary file")
        try:
            flock(fd, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise InvalidInput(f"{path}: another `pocket run` writes to it") from None
        yield Results(file, path)
