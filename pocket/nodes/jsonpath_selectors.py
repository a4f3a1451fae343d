"""What the parts of a JSONPath query do: each takes a value and gives those that it selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pocket.document import JSON
from pocket.nodes.jsonpath_run import NOTHING, Nothing, QueryRun

Values = Iterator[JSON]
Selector = Callable[[JSON, QueryRun], Values]
Segment = Callable[[Values, QueryRun], Values]
Query = Callable[[JSON, QueryRun], Values]
"""Takes the value that the query begins at."""
Test = Callable[[JSON, QueryRun], bool]
Value = Callable[[JSON, QueryRun], "JSON | Nothing"]


def children(value: JSON) -> Iterable[JSON]:
    """Give the values right beneath one, in their order."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def by_name(name: str) -> Selector:
    """Select the member of this name."""

    def select(value: JSON, run: QueryRun) -> Values:
        run.step()
        if isinstance(value, dict) and name in value:
            yield value[name]

    return select


def by_index(index: int) -> Selector:
    """Select the item at this place; a negative one counts from the end."""

    def select(value: JSON, run: QueryRun) -> Values:
        run.step()
        if isinstance(value, list) and -len(value) <= index < len(value):
            yield value[index]

    return select


def by_slice(first: int | None, end: int | None, step: int | None) -> Selector:
    """Select items from one place to another."""

    def select(value: JSON, run: QueryRun) -> Values:
        run.step()
        if isinstance(value, list) and step != 0:
            for index in range(*slice(first, end, step).indices(len(value))):
                run.step()
                yield value[index]

    return select


def every(value: JSON, run: QueryRun) -> Values:
    """Select all members or items."""
    for child in children(value):
        run.step()
        yield child


def by_test(test: Test) -> Selector:
    """Select the members or items for which a test holds."""

    def select(value: JSON, run: QueryRun) -> Values:
        for child in children(value):
            run.step()
            if test(child, run):
                yield child

    return select


def child_segment(selectors: Sequence[Selector]) -> Segment:
    """Apply selectors to each value."""

    def segment(values: Values, run: QueryRun) -> Values:
        for value in values:
            for selector in selectors:
                yield from selector(value, run)

    return segment


def descendant_segment(selectors: Sequence[Selector]) -> Segment:
    """Apply selectors to each value and to all beneath it."""

    def segment(values: Values, run: QueryRun) -> Values:
        for top in values:
            waiting = [top]
            while waiting:
                value = waiting.pop()
                run.step()
                for selector in selectors:
                    yield from selector(value, run)
                waiting += reversed([it for it in children(value) if isinstance(it, dict | list)])

    return segment


def query(segments: Sequence[Segment], *, from_root: bool) -> Query:
    """Chain segments, from the root or from the value at hand."""

    def values(current: JSON, run: QueryRun) -> Values:
        found: Values = iter((run.root if from_root else current,))
        for segment in segments:
            found = segment(found, run)
        return found

    return values


def one(asked: Query) -> Value:
    """Give the only value of a query, or nothing where there is none or several."""

    def value(current: JSON, run: QueryRun) -> JSON | Nothing:
        found = asked(current, run)
        first = next(found, NOTHING)
        return first if next(found, NOTHING) is NOTHING else NOTHING

    return value
