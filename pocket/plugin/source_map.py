"""Where in its author's files a place of a bundled script comes from.

The format is that of https://tc39.es/ecma426/, without index maps. A map is a stranger's:
nothing in it is trusted, and no file that it names is ever opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from pocket.document import JSON
from pocket.errors import Place
from pocket.foreign_json import loads

MAX_MAPPINGS: Final = 4 << 20
"""Characters of `mappings`, which take 0.2 us each to read; a bundle of 1 MB has half a million."""
MAX_TEXT: Final = 300
"""Characters of a name or a file that are shown."""

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS: Final = {character: value for value, character in enumerate(_ALPHABET)}
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

    def only(self, wanted: Callable[[str], bool]) -> SourceMap:
        """Give a map that knows the places in some of the sources, and that others are elsewhere.

        Raises:
            ValueError: it is malformed.
        """
        kept = [name for name in self.sources if name and wanted(name)]
        lines: list[list[tuple[int, ...]]] = []
        for number, segment in self._segments(self.mappings.count(";") + 1):
            lines.extend([] for _ in range(number - len(lines)))
            name = self.sources[segment[1]] if segment[1:] and segment[1] in self._numbers else None
            if name in kept:
                lines[-1].append((segment[0], kept.index(name), *segment[2:]))
            elif lines[-1] and lines[-1][-1][1:]:
                lines[-1].append(segment[:1])
        return SourceMap(tuple(kept), _written(lines))

    def write(self) -> bytes:
        """Give the map as JSON."""
        return orjson.dumps(
            {"version": 3, "sources": self.sources, "names": [], "mappings": self.mappings}
        )

    @property
    def _numbers(self) -> range:
        return range(len(self.sources))

    def _place(self, segment: tuple[int, ...]) -> Place | None:
        if len(segment) == 1:
            return None
        _, source, line, column = segment
        if source not in self._numbers or line < 0 or column < 0:
            return None
        name = plain_text(self.sources[source])
        return Place(name, line + 1, column + 1) if name else None

    def _segments(self, last: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Give each line, from 1, and of its segments column, source, line and column, from 0.

        A segment of a column alone is of no source.
        """
        source = source_line = source_column = 0
        for number, line in enumerate(self.mappings.split(";", last)[:last], 1):
            column = 0
            for segment in line.split(",") if line else ():
                fields = _read(segment)
                column += fields[0]
                if len(fields) == 1:
                    yield number, (column,)
                    continue
                if len(fields) not in (4, 5):
                    raise _Malformed("malformed mappings")
                source += fields[1]
                source_line += fields[2]
                source_column += fields[3]
                yield number, (column, source, source_line, source_column)


def plain_text(value: JSON) -> str:
    """Give the beginning of a stranger's text, with nothing in it that a terminal would obey."""
    text = value[:MAX_TEXT] if isinstance(value, str) else ""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _written(lines: Iterable[Iterable[tuple[int, ...]]]) -> str:
    """Write segments as what each number is more than the one before it."""
    before = [0, 0, 0, 0]
    written = []
    for line in lines:
        before[0] = 0
        texts = []
        for segment in line:
            texts.append("".join(_digits(value - before[at]) for at, value in enumerate(segment)))
            before[: len(segment)] = segment
        written.append(",".join(texts))
    return ";".join(written)


def _digits(number: int) -> str:
    """Write a number as `_read` reads it."""
    left = -number << 1 | 1 if number < 0 else number << 1
    text = ""
    while left >= _GOES_ON:
        text += _ALPHABET[left & 31 | _GOES_ON]
        left >>= 5
    return text + _ALPHABET[left]


def _read(segment: str) -> list[int]:
    """Read numbers in digits of base 64: five bits, and one that says if another follows."""
    numbers = []
    value = shift = 0
    for character in segment:
        digit = _DIGITS.get(character)
        if digit is None or shift > _MAX_SHIFT:
            raise _Malformed("malformed mappings")
        value |= (digit & 31) << shift
        if digit & _GOES_ON:
            shift += 5
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if not numbers or shift:
        raise _Malformed("malformed mappings")
    return numbers
