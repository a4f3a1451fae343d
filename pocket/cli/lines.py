"""Runs a workflow for every line of a file."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import orjson
import typer

from pocket.cli.in_order import in_order
from pocket.cli.line_reader import MAX_LINE_BYTES, LineReader
from pocket.cli.options import stdin
from pocket.cli.output import Format, error_json, json_text, note, printable
from pocket.cli.progress import Progress
from pocket.cli.results import Results
from pocket.document import JSON
from pocket.errors import InvalidInput, PocketError
from pocket.units import format_bytes, format_duration

if TYPE_CHECKING:
    from pocket.workflow.engine import WorkflowResult

RunLine = Callable[[JSON, int], "WorkflowResult"]


@contextmanager
def open_lines(option: str | None) -> Iterator[LineReader]:
    """Open what `--input` names: `@FILE`, or stdin."""
    if option is None or option == "-":
        yield LineReader(stdin().fileno(), "stdin")
        return
    if not option.startswith("@"):
        raise typer.BadParameter("with --lines it takes @FILE or -", param_hint="--input")
    try:
        stream = open(option[1:], "rb")  # noqa: PTH123, SIM115
    except OSError as error:
        raise InvalidInput(f"{option[1:]}: {error.strerror}") from None
    with stream:
        yield LineReader(stream.fileno(), option[1:])


class Batch:
    """The runs of one batch, and how they ended.

    Args:
        run: runs the workflow on the value of a line, of which it gets the number, too.
        output: how to print each result, always on one line.
        text_field: wraps a line as `{text_field: line}`; None reads it as JSON.
        at_once: how many lines are run at the same time; results come in their order all the same.
        results: the file that results are written to, instead of being printed; lines that have
            one are passed over.
    """

    def __init__(
        self,
        run: RunLine,
        output: Format,
        text_field: str | None,
        at_once: int = 1,
        results: Results | None = None,
    ) -> None:
        self._run = run
        self._output = output
        self._text_field = text_field
        self._at_once = at_once
        self._results = results
        self._started_s = time.monotonic()
        self._seen = 0
        self._done = results.done if results else 0
        self._failed = results.failed if results else 0
        self._exit_code = results.exit_code if results else 0
        self._last = results.last if results else 0

    def run(self, lines: LineReader) -> None:
        """Run once a line, printing each result or error as it comes.

        Raises:
            InvalidInput: the input cannot be read, or is shorter than the one that the results
                are of.
        """
        # Where the results are seen on the terminal, they are progress enough.
        wanted = self._results is not None or not sys.stdout.isatty()
        try:
            with (
                Progress(wanted=wanted, total=lines.size_bytes) as progress,
                closing(in_order(self._result, self._wanted(lines), self._at_once)) as results,
            ):
                for number, result in results:
                    self._take(number, result)
                    progress.show(f"{self._done} lines, {self._failed} failed", lines.read_bytes)
        except KeyboardInterrupt:
            self._say_where()
            raise
        if self._seen < self._last:
            raise InvalidInput(
                f"the input has {self._seen} lines, and there is a result of line {self._last}",
                hint="--resume goes on with the input that the results are of",
            )

    def finish(self, *, verbose: bool) -> None:
        """Sum up, and exit with the code of the first failure if there was one."""
        if verbose or self._failed or self._results:
            self._sum_up(time.monotonic() - self._started_s)
        if self._exit_code:
            raise typer.Exit(self._exit_code)

    def _sum_up(self, took_s: float) -> None:
        if self._output is Format.JSON:
            fields = {"lines": self._done, "failed": self._failed, "took_s": round(took_s, 3)}
            note(json_text(fields))
        else:
            took = format_duration(round(took_s, 3))
            note(f"{self._done} lines in {took}, {self._failed} failed")

    def _say_where(self) -> None:
        if self._output is Format.JSON:
            note(json_text({"stopped_after_line": self._last}))
            return
        rest = "--resume goes on" if self._results else f"tail -n +{self._last + 1} gives the rest"
        note(f"stopped after line {self._last} of the input; {rest}")

    def _wanted(self, lines: LineReader) -> Iterator[tuple[int, bytes | None]]:
        """Give the lines that are to be run, each with its number."""
        done = self._last
        for number, line in lines:
            self._seen = number
            if number > done and (line is None or line.strip()):
                yield number, line

    def _result(self, numbered: tuple[int, bytes | None]) -> tuple[int, JSON | PocketError]:
        number, line = numbered
        try:
            return number, self._run(self._value(line), number).output
        except PocketError as error:
            return number, error

    def _take(self, number: int, result: JSON | PocketError) -> None:
        if self._results is not None:
            self._results.write(number, result)
        elif isinstance(result, PocketError):
            self._print_error(number, result)
        else:
            print(self._on_one_line(result), flush=True)
        self._last = number
        self._done += 1
        if isinstance(result, PocketError):
            self._failed += 1
            self._exit_code = self._exit_code or result.exit_code

    def _value(self, line: bytes | None) -> JSON:
        if line is None:
            raise InvalidInput(f"it has more than {format_bytes(MAX_LINE_BYTES)}")
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"not UTF-8: byte {error.start}", hint="iconv -t utf-8 converts a file"
            ) from None
        if self._text_field is not None:
            return {self._text_field: text.rstrip("\r\n")}
        try:
            value: JSON = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(
                f"column {error.colno}: {error.msg}",
                hint="for lines of plain text, name a field with --text-field",
            ) from None
        return value

    def _on_one_line(self, value: JSON) -> str:
        if self._output is Format.TEXT and isinstance(value, str):
            return printable(value).replace("\n", "\\n")
        item = json_text(value)
        return f"- {item}" if self._output is Format.YAML else item

    def _print_error(self, number: int, error: PocketError) -> None:
        if self._output is Format.JSON:
            note(json_text({"error": error_json(error), "line": number}))
            return
        where = f"line {number}: node {error.step!r}" if error.step else f"line {number}"
        hint = f" ({error.hint})" if error.hint else ""
        note(f"error: {where}: {error}{hint}")
