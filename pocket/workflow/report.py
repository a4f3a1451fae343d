"""Collects what is wrong with a file, so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pocket.document import Document, path_text
from pocket.errors import InvalidWorkflow, Problem
from pocket.masking import NO_MASK


class Report:
    """The problems found so far in one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []
        self.mask = NO_MASK

    def add(
        self,
        path: Sequence[str | int],
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
        warning: bool = False,
    ) -> None:
        """Note a problem with the value at `path`, or with its key."""
        place = self._document.place(path, key=key)
        self.problems.append(Problem(place, message, path_text(path), hint, warning))

    def in_order(self) -> tuple[Problem, ...]:
        """Give the problems in the order of their places."""
        places = sorted(
            self.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0)
        )
        return tuple(map(self._masked, places))

    def _masked(self, problem: Problem) -> Problem:
        hint = None if problem.hint is None else self.mask.text(problem.hint)
        return replace(problem, message=self.mask.text(problem.message), hint=hint)

    def refuse_errors(self) -> None:
        """Raise InvalidWorkflow with everything noted, if any of it is an error."""
        if any(not problem.warning for problem in self.problems):
            raise InvalidWorkflow(self.in_order())
