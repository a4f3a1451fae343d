"""Functions of numbers. What is no number is an error, where Sprig takes it for 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil as ceil_
from math import floor as floor_

from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_number, as_whole, in_range


def add(*numbers: object) -> int:
    """Add whole numbers; others lose what stands behind the point."""
    return in_range(sum(map(as_whole, numbers)))


def add1(number: object = INVALID) -> int:
    """Add 1."""
    return add(number, 1)


def sub(left: object, right: object) -> int:
    """Subtract whole numbers."""
    return in_range(as_whole(left) - as_whole(right))


def mul(*numbers: object) -> int:
    """Multiply whole numbers."""
    product = 1
    for number in numbers:
        product = in_range(product * as_whole(number))
    return product


def div(left: object, right: object) -> int:
    """Divide whole numbers, and forget the rest."""
    quotient = abs(as_whole(left)) // abs(as_whole(right))
    return in_range(quotient if (as_whole(left) < 0) == (as_whole(right) < 0) else -quotient)


def mod(left: object, right: object) -> int:
    """Give the rest of a division."""
    return as_whole(left) - div(left, right) * as_whole(right)


def addf(*numbers: object) -> float:
    """Add numbers."""
    return sum(map(as_number, numbers))


def subf(first: object, *others: object) -> float:
    """Subtract numbers."""
    return as_number(first) - sum(map(as_number, others))


def mulf(first: object, *others: object) -> float:
    """Multiply numbers."""
    product = as_number(first)
    for number in others:
        product *= as_number(number)
    return product


def divf(first: object, *others: object) -> float:
    """Divide numbers."""
    quotient = as_number(first)
    for number in others:
        quotient /= as_number(number)
    return quotient


def largest(*numbers: object) -> int:
    """Give the largest of whole numbers."""
    return max(map(as_whole, numbers))


def smallest(*numbers: object) -> int:
    """Give the smallest of whole numbers."""
    return min(map(as_whole, numbers))


def floor(number: object = INVALID) -> int:
    """Give the whole number at or below."""
    return floor_(as_number(number))


def ceil(number: object = INVALID) -> int:
    """Give the whole number at or above."""
    return ceil_(as_number(number))


def round_(number: object, places: object) -> float:
    """Round to so many places behind the point, a half away from 0."""
    value, factor = as_number(number), 10.0 ** min(15, max(-15, as_whole(places)))
    rounded = floor_(abs(value) * factor + 0.5) / factor
    return rounded if value >= 0 else -rounded


def whole(number: object = INVALID) -> int:
    """Give a number, or a text that is one, without what stands behind the point."""
    return as_whole(number)


def number(value: object = INVALID) -> float:
    """Give a number, or a text that is one."""
    return as_number(value)


ARITHMETIC: Mapping[str, Callable[..., object]] = {
    "add": add,
    "add1": add1,
    "sub": sub,
    "mul": mul,
    "div": div,
    "mod": mod,
    "addf": addf,
    "subf": subf,
    "mulf": mulf,
    "divf": divf,
    "max": largest,
    "min": smallest,
    "floor": floor,
    "ceil": ceil,
    "round": round_,
    "int": whole,
    "int64": whole,
    "float64": number,
}
