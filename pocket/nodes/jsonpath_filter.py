"""Tests and functions of JSONPath filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NamedTuple

from pocket.document import JSON
from pocket.nodes.jsonpath_run import NOTHING, Nothing, QueryRun
from pocket.nodes.jsonpath_selectors import Query, Test, Value, one

Kind = Literal["value", "nodes", "logical"]


class Function(NamedTuple):
    """A function: what it takes, what it gives, and how it is made of its arguments."""

    takes: tuple[Kind, ...]
    gives: Kind
    make: Callable[..., Any]


def literal(known: JSON) -> Value:
    """Give the same value always."""
    return lambda _current, _run: known


def exists(asked: Query) -> Test:
    """Hold where a query finds anything."""
    return lambda current, run: next(asked(current, run), NOTHING) is not NOTHING


def negated(test: Test) -> Test:
    """Hold where a test does not."""
    return lambda current, run: not test(current, run)


def all_of(tests: Sequence[Test]) -> Test:
    """Hold where all tests do."""
    return lambda current, run: all(test(current, run) for test in tests)


def any_of(tests: Sequence[Test]) -> Test:
    """Hold where one test does."""
    return lambda current, run: any(test(current, run) for test in tests)


def compared(left: Value, operator: str, right: Value) -> Test:
    """Hold where a comparison does."""
    compare = _COMPARISONS[operator]
    return lambda current, run: compare(left(current, run), right(current, run), run)


_COMPARISONS: Final[dict[str, Callable[[Any, Any, QueryRun], bool]]] = {
    "==": lambda left, right, run: run.same(left, right),
    "!=": lambda left, right, run: not run.same(left, right),
    "<": lambda left, right, run: run.less(left, right),
    ">": lambda left, right, run: run.less(right, left),
    "<=": lambda left, right, run: run.less(left, right) or run.same(left, right),
    ">=": lambda left, right, run: run.less(right, left) or run.same(left, right),
}


def _length(of: Value) -> Value:
    def value(current: JSON, run: QueryRun) -> JSON | Nothing:
        found = of(current, run)
        return len(found) if isinstance(found, str | list | dict) else NOTHING

    return value


def _count(of: Query) -> Value:
    return lambda current, run: sum(1 for _ in of(current, run))


def _match(text: Value, pattern: Value) -> Test:
    return lambda now, run: run.matches(text(now, run), pattern(now, run), whole=True)


def _search(text: Value, pattern: Value) -> Test:
    return lambda now, run: run.matches(text(now, run), pattern(now, run), whole=False)


FUNCTIONS: Final = {
    "length": Function(("value",), "value", _length),
    "count": Function(("nodes",), "value", _count),
    "value": Function(("nodes",), "value", one),
    "match": Function(("value", "value"), "logical", _match),
    "search": Function(("value", "value"), "logical", _search),
}
