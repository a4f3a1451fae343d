"""The kinds of values that templates work on, and how large a text may become."""

from __future__ import annotations

from math import isfinite, trunc
from typing import Any, Final

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID, UNTYPED_NIL

MAX_TEXT_CHARS: Final = 10_000_000
"""Longest text a template may make; a node's output has about the same cap."""

_WHOLE: Final = range(-(1 << 63), 1 << 63)
"""Sprig's whole numbers; without an end, multiplying would never end either."""


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


def as_list(value: object) -> list[Any]:
    """Give a list, and refuse anything else."""
    if not isinstance(value, list):
        raise TypeError(f"wants a list, not {kind(value)}")
    return value


def as_map(value: object) -> dict[str, Any]:
    """Give a map, and refuse anything else."""
    if not isinstance(value, dict):
        raise TypeError(f"wants a map, not {kind(value)}")
    return value


def as_number(value: object) -> float:
    """Give a number, or a text that is one, as an int where it is one; refuse anything else."""
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"wants a number, not {kind(value)}")
    return value


def as_whole(value: object) -> int:
    """Give a number without what stands behind its point."""
    return in_range(trunc(as_number(value)))


def in_range(number: int) -> int:
    """Refuse a whole number of more than 64 bits."""
    if number not in _WHOLE:
        raise ValueError("the result is no number of 64 bits")
    return number


def _parsed(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def as_argument(value: object) -> object:
    """Give a value as Go's functions get it: what is missing or null is nil there."""
    return UNTYPED_NIL if value is None or value is INVALID else value


def shown(value: object) -> str:
    """Give a value as `%v` writes it."""
    return sprintf("%v", as_argument(value))
