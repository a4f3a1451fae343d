"""A text in a language of its own, and where it stands, for errors in it."""

from __future__ import annotations

from dataclasses import dataclass

from pocket.document import Document, ValuePath, path_text
from pocket.errors import Place, Problem


@dataclass(frozen=True, slots=True)
class Code:
    """A program that a workflow file has, or names.

    Attributes:
        text: the program.
        path: of the value in the workflow file: `nodes[0].config.script`.
        place: where it begins.
        exact: whether its lines are lines of the file that it stands in.
    """

    text: str
    path: str
    place: Place
    exact: bool

    @classmethod
    def inline(cls, text: str, document: Document, at: ValuePath) -> Code:
        """Make one of a text in a document."""
        block = document.block(at)
        return cls(text, path_text(at), block or document.place(at), exact=block is not None)

    @classmethod
    def of_file(cls, text: str, name: str, at: ValuePath) -> Code:
        """Make one of the text of a file that a document names."""
        return cls(text, path_text(at), Place(name, 1, 1), exact=True)

    @property
    def line(self) -> int:
        """The line that it begins in, counted from 1."""
        return self.place.line or 1

    def problem(self, message: str, offset: int) -> Problem:
        """Give a problem with what stands after so many characters of the program."""
        return Problem(self._at(offset), message, self.path)

    def problem_in_line(self, message: str, line: int | None) -> Problem:
        """Give a problem with a line of the file."""
        place = self.place if line is None else Place(self.place.path, line)
        return Problem(place, message, self.path)

    def _at(self, offset: int) -> Place:
        if not self.exact:
            return self.place
        before = self.text.rstrip()[:offset]
        column = len(before) - (before.rfind("\n") + 1)
        return Place(
            self.place.path, self.line + before.count("\n"), column + (self.place.column or 1)
        )
