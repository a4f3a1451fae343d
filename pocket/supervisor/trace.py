"""The stack of a crash: told by the worker in numbers, and read when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pocket.errors import StackFrame
from pocket.plugin.module import Module
from pocket.plugin.own_frames import own_frames
from pocket.plugin.source_map import SourceMap
from pocket.plugin.stack import MAX_FRAMES
from pocket.supervisor.limits import TRACE_FRAMES
from pocket.supervisor.symboliser import PAIR, symbolise


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
        if not self.stands:
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
        source_map = SourceMap.read(data) if data and self.module.source is None else None
        if source_map is None:
            return [frame for _, frame in frames]
        found = source_map.find({(1, offset + 1) for _, offset in self.stands})
        return [
            frame
            if frame.place
            else replace(frame, place=found.get((1, self.stands[number][1] + 1)))
            for number, frame in frames
        ]
