"""Where in its author's files a place of a bundled script comes from.

The format is that of https://tc39.es/ecma426/, without index maps. A map is a stranger's:
nothing in it is trusted, and no file that it names is ever opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pocket.errors import Place
from pocket.foreign_json import loads

MAX_MAPPINGS: Final = 4 << 20
"""Characters of `mappings`, which take 0.2 us each to read; a bundle of 1 MB has half a million."""
MAX_NAME: Final = 300
"""Characters of a file's name that are shown."""

_DIGITS: Final = {
    character: value
    for value, character in enumerate(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    )
}
_GOES_ON: Final = 32
_MAX_SHIFT: Final = 30
"""Seven digits of five bits; the format has no number of more than 32."""


class _Malformed(ValueError):
    """The mappings are not what the format allows."""


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A map as it was written: the sources, and the places in them, still encoded."""

    sources: tuple[str | None, ...]
    mappings: str

    @classmethod
    def read(cls, data: bytes) -> SourceMap | None:
        """Read a map; None where it is none, or too large to be searched."""
        try:
            document = loads(data)
        except ValueError:
            return None
        if not isinstance(document, dict) or document.get("version") != 3:
            return None
        sources, mappings = document.get("sources"), document.get("mappings")
        if not isinstance(sources, list) or not isinstance(mappings, str):
            return None
        if len(mappings) > MAX_MAPPINGS:
            return None
        return cls(tuple(one if isinstance(one, str) else None for one in sources), mappings)

    def find(self, places: set[tuple[int, int]]) -> dict[tuple[int, int], Place]:
        """Give the sources' places for places in the script, in one pass over the map.

        Args:
            places: lines and columns, from 1.

        Returns:
            What the map knows of; nothing where it is malformed.
        """
        wanted: dict[int, list[int]] = {}
        for line, column in places:
            wanted.setdefault(line, []).append(column)
        found: dict[tuple[int, int], tuple[int, ...]] = {}
        try:
            for line, segment in self._segments(max(wanted, default=0)):
                for column in wanted.get(line, ()):
                    if segment[0] < column:
                        found[line, column] = segment
        except _Malformed:
            return {}
        return {
            place: original
            for place, segment in found.items()
            if (original := self._place(segment)) is not None
        }

    def _place(self, segment: tuple[int, ...]) -> Place | None:
        _, source, line, column = segment
        if not 0 <= source < len(self.sources) or line < 0 or column < 0:
            return None
        name = self.sources[source]
        return Place(name[:MAX_NAME], line + 1, column + 1) if name else None

    def _segments(self, last: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Give each line, from 1, and of its segments column, source, line and column, from 0."""
        source = source_line = source_column = 0
        for number, line in enumerate(self.mappings.split(";", last)[:last], 1):
            column = 0
            for segment in line.split(",") if line else ():
                fields = _numbers(segment)
                column += fields[0]
                if len(fields) == 1:
                    continue
                if len(fields) not in (4, 5):
                    raise _Malformed
                source += fields[1]
                source_line += fields[2]
                source_column += fields[3]
                yield number, (column, source, source_line, source_column)


def _numbers(segment: str) -> list[int]:
    """Read numbers in digits of base 64: five bits, and one that says if another follows."""
    numbers = []
    value = shift = 0
    for character in segment:
        digit = _DIGITS.get(character)
        if digit is None or shift > _MAX_SHIFT:
            raise _Malformed
        value |= (digit & 31) << shift
        if digit & _GOES_ON:
            shift += 5
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if not numbers or shift:
        raise _Malformed
    return numbers
