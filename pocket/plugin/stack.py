"""The stack of a plugin's error, as the plugin tells it and as its author wants it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pocket.document import JSON
from pocket.errors import Place, StackFrame
from pocket.plugin.source_map import SourceMap, plain_text

SCRIPT: Final = "plugin.js"
"""What the JavaScript engine calls the script of a plugin, which is what the map is of."""
MAX_FRAMES: Final = 50
"""Engines keep ten or so; nobody reads more than that of an endless recursion."""
_SDK: Final = "node_modules/@pocket/"
"""Where the functions are that call the author's."""
_MAX_NUMBER: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Stack:
    """The frames that a plugin told, and the map of its script, which is read when somebody asks.

    Attributes:
        frames: as they were told.
        source_map: of the plugin's script, or None where it has none.
    """

    frames: tuple[StackFrame, ...]
    source_map: bytes | None

    @classmethod
    def read(cls, said: JSON, source_map: bytes | None) -> Stack:
        """Read what a response says under `stack`; docs/abi.md has what it should be."""
        return cls(tuple(_frames(said)), source_map)

    def find(self) -> tuple[StackFrame, ...]:
        """Give the frames in the author's files, as far as the map knows, without the SDK's."""
        places = {place for frame in self.frames if (place := _script_place(frame))}
        script = SourceMap.read(self.source_map) if self.source_map and places else None
        found = script.find(places) if script else {}
        frames = tuple(
            StackFrame(frame.function, found[place])
            if (place := _script_place(frame)) in found
            else frame
            for frame in self.frames
        )
        return tuple(frame for frame in frames if not _is_of_sdk(frame)) or frames


def _frames(said: JSON) -> Iterator[StackFrame]:
    if not isinstance(said, list):
        return
    for frame in said[:MAX_FRAMES]:
        if isinstance(frame, dict):
            file, line, column = map(frame.get, ("file", "line", "column"))
            yield frame_of(frame.get("function"), file, line, column)


def frame_of(function: JSON, file: JSON, line: JSON, column: JSON) -> StackFrame:
    """Make a frame of what a stranger says of it; what is nonsense is left out."""
    where = plain_text(file)
    place = Place(where, _number(line), _number(column)) if where else None
    return StackFrame(plain_text(function) or "<anonymous>", place)


def _is_of_sdk(frame: StackFrame) -> bool:
    return frame.place is not None and frame.place.path.startswith(_SDK)


def _script_place(frame: StackFrame) -> tuple[int, int] | None:
    place = frame.place
    if place is None or place.path != SCRIPT or place.line is None or place.column is None:
        return None
    return place.line, place.column


def _number(value: JSON) -> int | None:
    return value if type(value) is int and 0 < value < _MAX_NUMBER else None
