"""Comparisons, as Go's templates have them, and choices between values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Never

from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_text, kind


def _same(left: Any, right: Any) -> bool:
    kinds = {kind(left), kind(right)}
    if "nothing" in kinds:
        return len(kinds) == 1
    if len(kinds) == 2:
        raise TypeError(f"cannot compare {' with '.join(sorted(kinds))}")
    if kinds & {"list", "map"}:
        raise TypeError("lists and maps cannot be compared")
    return bool(left == right)


def eq(first: object, *others: object) -> bool:
    """Tell whether the first value equals any of the others."""
    if not others:
        raise TypeError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def ne(left: object, right: object) -> bool:
    """Tell whether two values differ."""
    return not _same(left, right)


def _ordered(left: object, right: object) -> None:
    kinds = {kind(left), kind(right)}
    if kinds not in ({"number"}, {"text"}):
        raise TypeError(f"cannot order {' and '.join(sorted(kinds))}")


def lt(left: Any, right: Any) -> bool:
    """Tell whether `left` is less than `right`."""
    _ordered(left, right)
    return bool(left < right)


def le(left: Any, right: Any) -> bool:
    """Tell whether `left` is at most `right`."""
    _ordered(left, right)
    return bool(left <= right)


def gt(left: Any, right: Any) -> bool:
    """Tell whether `left` is greater than `right`."""
    return lt(right, left)


def ge(left: Any, right: Any) -> bool:
    """Tell whether `left` is at least `right`."""
    return le(right, left)


def empty(value: object = INVALID) -> bool:
    """Tell whether a value is missing, false, 0, or has nothing in it."""
    return kind(value) == "nothing" or not value


def default(fallback: object, value: object = INVALID) -> object:
    """Give `value`, or `fallback` where it is missing or empty."""
    return fallback if empty(value) else value


def coalesce(*candidates: object) -> object:
    """Give the first value that is not empty."""
    return next((value for value in candidates if not empty(value)), None)


def ternary(yes: object, no: object, test: object = INVALID) -> object:
    """Give the first value where the last one is true, else the second."""
    if not isinstance(test, bool):
        raise TypeError(f"wants a bool, not {kind(test)}")
    return yes if test else no


def fail(message: object = INVALID) -> Never:
    """Fail with a message."""
    raise ValueError(as_text(message))


COMPARISONS: Mapping[str, Callable[..., object]] = {
    "eq": eq,
    "ne": ne,
    "lt": lt,
    "le": le,
    "gt": gt,
    "ge": ge,
    "default": default,
    "empty": empty,
    "coalesce": coalesce,
    "ternary": ternary,
    "fail": fail,
}
