"""The kinds of values that templates work on, and how large a text may become."""

from __future__ import annotations

from typing import Final

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID, UNTYPED_NIL

MAX_TEXT_CHARS: Final = 10_000_000
"""Longest text a template may make; a node's output has about the same cap."""


def check_size(chars: int) -> None:
    """Refuse to make a text that is too long."""
    if chars > MAX_TEXT_CHARS:
        raise ValueError(f"the result would be longer than {MAX_TEXT_CHARS} characters")


def kind(value: object) -> str:
    """Name the kind of a value; what is missing, null or nil is nothing."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    if value is None or value is INVALID or value is UNTYPED_NIL:
        return "nothing"
    return "list" if isinstance(value, list) else "map"


def as_text(value: object) -> str:
    """Give a text, and refuse anything else."""
    if not isinstance(value, str):
        raise TypeError(f"wants a text, not {kind(value)}")
    return value


def as_argument(value: object) -> object:
    """Give a value as Go's functions get it: what is missing or null is nil there."""
    return UNTYPED_NIL if value is None or value is INVALID else value


def shown(value: object) -> str:
    """Give a value as `%v` writes it."""
    return sprintf("%v", as_argument(value))
