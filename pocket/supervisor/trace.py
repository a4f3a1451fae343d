"""The stack of a crash: told by the worker in numbers, and read when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pocket.errors import StackFrame
from pocket.plugin.module import Module
from pocket.plugin.own_frames import own_frames
from pocket.plugin.source_map import SourceMap
from pocket.plugin.stack import MAX_FRAMES
from pocket.supervisor.limits import TRACE_FRAMES
from pocket.supervisor.symboliser import PAIR, symbolise

_UNKNOWN: Final = 0xFFFF_FFFF
"""In place of a byte of the module that the engine does not know."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Functions of a module that were under way, and where in them, the innermost first.

    Attributes:
        stands: the number of a function and a byte of the module's `core`, a pair for each.
        module: that ran.
    """

    stands: tuple[tuple[int, int], ...]
    module: Module

    @classmethod
    def read(cls, data: bytes, module: Module) -> Trace | None:
        """Read what a worker sent; None where it is no trace."""
        if len(data) % PAIR.size or len(data) > PAIR.size * TRACE_FRAMES:
            return None
        return cls(tuple(PAIR.iter_unpack(data)), module)

    def find(self) -> tuple[StackFrame, ...]:
        """Give the frames in the author's files, or as much as there is to know of them."""
        # The functions of an engine say nothing to whoever wrote the script that it ran.
        if not self.stands or self.module.source is not None:
            return ()
        frames = [
            (number, StackFrame(f"function {f}")) for number, (f, _) in enumerate(self.stands)
        ]
        if self.module.symbols is not None:
            frames = symbolise(self.module.symbols, self.stands) or frames
        return own_frames(self._mapped(frames))[:MAX_FRAMES]

    def _mapped(self, frames: list[tuple[int, StackFrame]]) -> list[StackFrame]:
        """Fill in what a source map knows, whose one line is the module, byte by byte."""
        data = self.module.source_map
        source_map = SourceMap.read(data) if data else None
        if source_map is None:
            return [frame for _, frame in frames]
        columns = [offset + 1 for _, offset in self.stands]
        found = source_map.find({(1, column) for column in columns if column <= _UNKNOWN})
        return [
            frame if frame.place else replace(frame, place=found.get((1, columns[number])))
            for number, frame in frames
        ]
