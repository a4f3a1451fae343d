"""One evaluation of a JSONPath query: what it may cost, and how values compare in it."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from pocket.document import JSON
from pocket.errors import NodeError
from pocket.workflow.scope import Scope

MAX_TIME_S: Final = 5.0
"""Longest time of one query; filters within filters could take years."""
_MATCHED_CHARS: Final = 300_000
"""Characters that the patterns of one query look at; the engine takes about 10 us for one."""
_STEPS_AT_ONCE: Final = 1000
"""Steps between two looks at the clock, each about a microsecond."""


class Nothing:
    """What a query gives that finds nothing; no value is equal to it."""


NOTHING: Final = Nothing()


@dataclass(slots=True)
class QueryRun:
    """What one evaluation knows, and what it has used."""

    root: JSON
    scope: Scope
    until: float = 0.0
    steps: int = 0
    matched_chars: int = 0

    def __post_init__(self) -> None:
        self.until = monotonic() + MAX_TIME_S

    def step(self) -> None:
        """Count one value that is looked at.

        Raises:
            NodeTimeout: the time of the node is over.
            NodeError: that of the query is.
        """
        self.steps += 1
        if self.steps % _STEPS_AT_ONCE == 0:
            self.scope.check_time()
            if monotonic() > self.until:
                raise NodeError(f"the query took longer than {MAX_TIME_S:g}s")

    def matches(self, text: object, pattern: object, *, whole: bool) -> bool:
        """Say whether a text has a match of a pattern, or is one; both may be anything.

        Raises:
            NodeError: patterns have looked at too much text.
        """
        from gotpl.funcs.sprig.regex import must_regex_match

        if not isinstance(text, str) or not isinstance(pattern, str):
            return False
        self.matched_chars += len(text) + len(pattern)
        if self.matched_chars > _MATCHED_CHARS:
            raise NodeError(f"patterns of a query look at most at {_MATCHED_CHARS} characters")
        go = _as_go(pattern)
        result = must_regex_match(f"^(?:{go})$" if whole else go, text)
        return result.error is None and bool(result.value)

    def same(self, left: Any, right: Any) -> bool:
        """Say whether two values, or no values, are the same."""
        self.step()
        if isinstance(left, bool) or isinstance(right, bool):
            return left is right
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(self.same, left, right))
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(
                self.same(value, right[key]) for key, value in left.items()
            )
        return bool(left == right)

    def less(self, left: Any, right: Any) -> bool:
        """Say whether one value is less than another; only numbers and texts are ever."""
        self.step()
        if isinstance(left, bool) or isinstance(right, bool):
            return False
        if isinstance(left, str) and isinstance(right, str):
            return left < right
        numbers = isinstance(left, int | float) and isinstance(right, int | float)
        return numbers and left < right


def _as_go(pattern: str) -> str:
    """Give a pattern of RFC 9485 as Go has it: a dot matches no end of a line."""
    parts: list[str] = []
    escaped = in_class = False
    for char in pattern:
        dot = char == "." and not escaped and not in_class
        parts.append(r"[^\n\r]" if dot else char)
        if not escaped:
            in_class = char == "[" or (in_class and char != "]")
        escaped = char == "\\" and not escaped
    return "".join(parts)
