"""Collects what is wrong with a file, so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pocket.document import Document, path_text
from pocket.errors import InvalidInput, InvalidWorkflow, PocketError, Problem
from pocket.masking import NO_MASK

MAX_PROBLEMS: Final = 100
"""Told at once; who has mended so many will load the file again anyway."""


MAX_SAID_CHARS: Final = 600
"""Of a message, which may repeat what the file says; without that they have 100."""


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

    def refuse(self, at: Sequence[str | int], kind_key: str, error: PocketError) -> None:
        """Note why a node could not be made.

        Args:
            at: path of the node.
            kind_key: where it says of which type it is.
            error: of its type or its config, or with problems of its own.
        """
        if isinstance(error, InvalidWorkflow):
            self.problems += error.problems
            return
        key = "config" if isinstance(error, InvalidInput) else kind_key
        self.add((*at, key), str(error), error.hint)

    def in_order(self) -> tuple[Problem, ...]:
        """Give the problems in the order of their places."""
        places = sorted(
            self.problems, key=lambda problem: (problem.place.line or 0, problem.place.column or 0)
        )
        return tuple(map(self._masked, places))

    def _masked(self, problem: Problem) -> Problem:
        said = [problem.message, problem.path, problem.hint or ""]
        message, path, hint = (_shortened(self.mask.text(text)) for text in said)
        return replace(problem, message=message, path=path, hint=hint or None)

    def refuse_errors(self) -> None:
        """Raise InvalidWorkflow with everything noted, if any of it is an error."""
        if any(not problem.warning for problem in self.problems):
            problems = self.in_order()
            more = len(problems) - MAX_PROBLEMS
            hint = f"there are {more} problems more" if more > 0 else None
            raise InvalidWorkflow(problems[:MAX_PROBLEMS], hint=hint)


def _shortened(text: str) -> str:
    half = MAX_SAID_CHARS // 2
    return text if len(text) <= MAX_SAID_CHARS else f"{text[:half]} ... {text[-half:]}"
