"""Printing: results on stdout, errors on stderr, each in the format that was asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

import orjson

from pocket.errors import (
    BuildFailed,
    CallError,
    ConsentRequired,
    InvalidDocument,
    InvalidOutput,
    PermissionDenied,
    PocketError,
    Problem,
    StackFrame,
)

if TYPE_CHECKING:
    from pocket.document import JSON

_RED, _YELLOW, _BOLD, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"


class Format(StrEnum):
    """What `--output` takes."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


def emit(value: JSON, output: Format) -> None:
    """Print a value on stdout; as text, a text is printed as it is."""
    print(render(value, output))


def render(value: JSON, output: Format) -> str:
    """Give a value in a format, without a newline at its end.

    Raises:
        InvalidOutput: it is nested too deep.
    """
    if output is Format.YAML:
        return _yaml(value)
    if output is Format.TEXT and isinstance(value, str):
        return printable(value)
    return json_text(value, indent=2)


def json_text(value: JSON | dict[str, Any], *, indent: int | None = None) -> str:
    """Write a value as JSON in which a terminal finds nothing to obey.

    Of the name of a file that is not UTF-8, odd bytes become question marks.

    Raises:
        InvalidOutput: it is nested too deep.
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else 0).decode()
    except orjson.JSONEncodeError:
        separators = None if indent else (",", ":")
        try:
            odd = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)
        except RecursionError:
            raise _too_deep() from None
        text = odd.encode(errors="replace").decode()
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _yaml(value: JSON) -> str:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    try:
        text: str = yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True)
    except RecursionError:
        raise _too_deep() from None
    return text.removesuffix("\n").removesuffix("\n...")


def _too_deep() -> InvalidOutput:
    return InvalidOutput(
        "the result is nested too deep to be printed",
        hint="have the plugin answer lists and objects that are at most 250 within each other",
    )


def printable(text: str) -> str:
    """Give a text without anything in it that a terminal would obey."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def say(text: str = "") -> None:
    """Print for people, where some of the text is a plugin's."""
    print(printable(text))


def table(rows: Iterable[Iterable[str]], heading: Iterable[str]) -> str:
    """Lay out rows in columns as wide as they need."""
    lines = [[printable(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def note(text: str) -> None:
    """Print a line for people on stderr."""
    print(printable(text), file=sys.stderr)


def print_warnings(problems: Sequence[Problem], output: Format = Format.TEXT) -> None:
    """Print problems that stop nothing."""
    if output is Format.JSON:
        if problems:
            note(json_text({"warnings": [*map(problem_json, problems)]}))
        return
    for problem in problems:
        print(f"{_paint('warning:', _YELLOW)} {printable(str(problem))}", file=sys.stderr)
        if problem.hint:
            print(f"  hint: {printable(problem.hint)}", file=sys.stderr)


def print_error(error: PocketError, output: Format = Format.TEXT) -> None:
    """Print an error on stderr, with what to do about it."""
    if output is Format.JSON:
        print(json_text({"error": error_json(error)}), file=sys.stderr)
        return
    prefix = f"node {error.step!r}: " if error.step else ""
    hints = [error.hint] if error.hint else []
    if isinstance(error, InvalidDocument):
        for problem in error.problems:
            own = f" ({problem.hint})" if problem.hint else ""
            _error_line(f"{prefix}{problem}{own}")
    else:
        for line in str(error).splitlines():
            # What is indented belongs to the line above.
            if line.startswith(" "):
                note(line)
            else:
                _error_line(prefix + line)
    _print_origin(error)
    if hints:
        print(file=sys.stderr)
    for hint in hints:
        print(f"{_paint('hint:', _BOLD)} {printable(hint)}", file=sys.stderr)


def _print_origin(error: PocketError) -> None:
    if isinstance(error, CallError):
        for frame in error.stack:
            note(f"  at {frame}")
    if isinstance(error, CallError | BuildFailed) and error.detail:
        for line in error.detail.splitlines():
            note(f"  | {line}")


def error_json(error: PocketError) -> dict[str, Any]:
    """Give an error as JSON."""
    fields: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "fault": error.fault.value,
        "retryable": error.retryable,
        "node": error.step,
    }
    if isinstance(error, CallError):
        stack = [frame_json(frame) for frame in error.stack]
        fields |= {"plugin": error.plugin, "detail": error.detail, "stack": stack}
    if isinstance(error, BuildFailed):
        fields |= {"detail": error.detail}
    if isinstance(error, ConsentRequired):
        fields |= {"added": list(error.added), "removed": list(error.removed)}
    if isinstance(error, InvalidDocument | PermissionDenied):
        fields["problems"] = [problem_json(problem) for problem in error.problems]
    return fields


def frame_json(frame: StackFrame) -> dict[str, JSON]:
    """Give a frame of a stack as JSON."""
    file, line, column = astuple(frame.place) if frame.place else (None, None, None)
    return {"function": frame.function, "file": file, "line": line, "column": column}


def problem_json(problem: Problem) -> dict[str, Any]:
    """Give a problem as JSON."""
    return {
        "file": problem.place.path,
        "line": problem.place.line,
        "column": problem.place.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "warning": problem.warning,
    }


def _error_line(text: str) -> None:
    print(f"{_paint('error:', _RED)} {printable(text)}", file=sys.stderr)


def _paint(text: str, colour: str, stream: TextIO = sys.stderr) -> str:
    plain = os.environ.get("NO_COLOR") or not stream.isatty()
    return text if plain else f"{colour}{text}{_PLAIN}"
