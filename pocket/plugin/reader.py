"""Reading the values of a document, and collecting what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from pocket.document import JSON, Document, ValuePath, path_text
from pocket.errors import Problem
from pocket.plugin.measure import Measure

T = TypeVar("T")


class Reader:
    """Collects the problems of one document.

    Args:
        document: what to read; its schema is checked by whoever reads.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def problem(
        self, at: ValuePath, message: str, hint: str | None = None, *, key: bool = False
    ) -> None:
        """Note that something is wrong with the value at a path, or with its key."""
        place = self.document.place(at, key=key)
        self.problems.append(Problem(place, message, path_text(at), hint))

    def parsed(self, at: ValuePath, text: JSON, parse: Callable[[str], T]) -> T | None:
        """Give what a text means; None for no text, or one with a problem, which is noted."""
        if not isinstance(text, str):
            return None
        try:
            return parse(text)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            self.problem(at, message, hint or None)
            return None

    def measure(self, section: Mapping[str, JSON], at: ValuePath, measure: Measure) -> float | None:
        """Give the amount that stands in a section, if one does."""
        return self.parsed((*at, measure.name), section.get(measure.name), measure.read)

    def items(self, at: ValuePath, texts: JSON, parse: Callable[[str], T]) -> dict[int, T]:
        """Give what each text of a list means, by its index; one that came before is a problem."""
        found: dict[int, T] = {}
        seen: set[T] = set()
        for index, text in enumerate(texts if isinstance(texts, list) else []):
            value = self.parsed((*at, index), text, parse)
            if value is None:
                continue
            if value in seen:
                self.problem((*at, index), f"{text} stands here twice")
            seen.add(value)
            found[index] = value
        return found


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Give problems in the order of their file."""
    return sorted(problems, key=lambda it: (it.place.line or 0, it.place.column or 0))
