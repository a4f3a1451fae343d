"""Runs a workflow for every line of a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from stat import S_ISREG
from typing import IO, TYPE_CHECKING

import orjson
import typer

from pocket.cli.in_order import in_order
from pocket.cli.options import stdin
from pocket.cli.output import Format, error_json, note, printable
from pocket.cli.progress import Progress
from pocket.document import JSON
from pocket.errors import InvalidInput, PocketError
from pocket.units import format_duration

if TYPE_CHECKING:
    from pocket.workflow.engine import WorkflowResult

RunLine = Callable[[JSON, int], "WorkflowResult"]


@contextmanager
def open_lines(option: str | None) -> Iterator[IO[bytes]]:
    """Open what `--input` names: `@FILE`, or stdin."""
    if option is None or option == "-":
        yield stdin()
        return
    if not option.startswith("@"):
        raise typer.BadParameter("with --lines it takes @FILE or -", param_hint="--input")
    try:
        stream = open(option[1:], "rb")  # noqa: PTH123, SIM115
    except OSError as error:
        raise InvalidInput(f"{option[1:]}: {error.strerror}") from None
    with stream:
        yield stream


def _size(stream: IO[bytes]) -> int | None:
    """Give the bytes of a file; what comes through a pipe has no known end."""
    status = os.fstat(stream.fileno())
    return status.st_size if S_ISREG(status.st_mode) else None


class Batch:
    """The runs of one batch, and how they ended.

    Args:
        run: runs the workflow on the value of a line, of which it gets the number, too.
        output: how to print each result, always on one line.
        text_field: wraps a line as `{text_field: line}`; None reads it as JSON.
        at_once: how many lines are run at the same time; results come in their order all the same.
    """

    def __init__(
        self, run: RunLine, output: Format, text_field: str | None, at_once: int = 1
    ) -> None:
        self._run = run
        self._output = output
        self._text_field = text_field
        self._at_once = at_once
        self._started_s = time.monotonic()
        self._read_bytes = 0
        self._done = 0
        self._failed = 0
        self._exit_code = 0

    def run(self, lines: IO[bytes]) -> None:
        """Run once a line, printing each result or error as it comes."""
        # Where the results are seen on the terminal, they are progress enough.
        with (
            Progress(wanted=not sys.stdout.isatty(), total=_size(lines)) as progress,
            closing(in_order(self._result, self._numbered(lines), self._at_once)) as results,
        ):
            for number, result in results:
                self._print(number, result)
                progress.show(f"{self._done} lines, {self._failed} failed", self._read_bytes)

    def finish(self, *, verbose: bool) -> None:
        """Sum up, and exit with the code of the first failure if there was one."""
        if verbose or self._failed:
            self._sum_up(time.monotonic() - self._started_s)
        if self._exit_code:
            raise typer.Exit(self._exit_code)

    def _sum_up(self, took_s: float) -> None:
        if self._output is Format.JSON:
            fields = {"lines": self._done, "failed": self._failed, "took_s": round(took_s, 3)}
            note(orjson.dumps(fields).decode())
        else:
            took = format_duration(round(took_s, 3))
            note(f"{self._done} lines in {took}, {self._failed} failed")

    def _numbered(self, lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        for number, line in enumerate(lines, 1):
            self._read_bytes += len(line)
            if line.strip():
                yield number, line

    def _result(self, numbered: tuple[int, bytes]) -> tuple[int, str | PocketError]:
        number, line = numbered
        try:
            return number, self._on_one_line(self._run(self._value(line), number).output)
        except PocketError as error:
            return number, error

    def _print(self, number: int, result: str | PocketError) -> None:
        self._done += 1
        if isinstance(result, str):
            print(result, flush=True)
            return
        self._failed += 1
        self._exit_code = self._exit_code or result.exit_code
        self._print_error(number, result)

    def _value(self, line: bytes) -> JSON:
        try:
            if self._text_field is not None:
                return {self._text_field: line.decode().rstrip("\r\n")}
            value: JSON = orjson.loads(line)
        except UnicodeDecodeError as error:
            raise InvalidInput(f"not UTF-8: byte {error.start}") from None
        except orjson.JSONDecodeError as error:
            raise InvalidInput(
                f"column {error.colno}: {error.msg}",
                hint="for lines of plain text, name a field with --text-field",
            ) from None
        return value

    def _on_one_line(self, value: JSON) -> str:
        if self._output is Format.TEXT and isinstance(value, str):
            return printable(value)
        item = orjson.dumps(value).decode()
        return f"- {item}" if self._output is Format.YAML else item

    def _print_error(self, number: int, error: PocketError) -> None:
        if self._output is Format.JSON:
            note(orjson.dumps({"error": error_json(error), "line": number}).decode())
            return
        where = f"line {number}: node {error.step!r}" if error.step else f"line {number}"
        hint = f" ({error.hint})" if error.hint else ""
        note(f"error: {where}: {error}{hint}")
