"""Reading debug information in a limited process of its own; nothing of it is read here."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from time import monotonic
from typing import Final, cast

from pocket.document import JSON
from pocket.errors import PocketError, ProtocolViolation, StackFrame
from pocket.plugin.module import Symbols
from pocket.plugin.stack import frame_of
from pocket.supervisor.channel import (
    SYMBOLISE,
    SYMBOLISED,
    Channel,
    DeadlineExceeded,
    Disconnected,
    Frame,
    encode_frame,
)
from pocket.supervisor.limits import SYMBOLISE_TIMEOUT_S
from pocket.supervisor.process import Process

PAIR: Final = struct.Struct("<II")
"""The number of a function and a byte of the module, as a trace has them in a frame."""
_VALUES: Final = 5
"""Of a frame: which function of the trace it is of; its name; file, line and column."""


def symbolise(symbols: Symbols, stands: Sequence[tuple[int, int]]) -> list[tuple[int, StackFrame]]:
    """Find the names and lines of a trace's functions.

    An error must not hide the crash that it is about, so none is raised: what was found until then
    is given, which may be names alone, or nothing.

    Args:
        symbols: of the module that ran.
        stands: the functions of the trace, as the worker told of them.

    Returns:
        Frames with the number of the function in the trace that each is of; several where functions
        were inlined.
    """
    found: list[tuple[int, StackFrame]] = []
    try:
        process = Process("symbolise")
    except PocketError:
        return found
    try:
        deadline = monotonic() + SYMBOLISE_TIMEOUT_S
        channel = Channel(process.requests, process.replies)
        trace = b"".join(PAIR.pack(*stand) for stand in stands)
        request: Frame = [SYMBOLISE, 0, symbols.sections, symbols.code_start, trace]
        channel.send(encode_frame(request), deadline)
        # Names first, then lines as well.
        for _ in range(2):
            found = _frames(channel.receive(deadline), len(stands))
    except (DeadlineExceeded, Disconnected, ProtocolViolation):
        pass
    finally:
        process.end()
    return found


def _frames(frame: Frame, stands: int) -> list[tuple[int, StackFrame]]:
    """Read a frame, whose values are what a stranger's module made of the worker."""
    if frame[0] != SYMBOLISED:
        raise ProtocolViolation(f"the symboliser sent a frame of kind {frame[0]}")
    values = cast("list[JSON]", frame[2])
    found = []
    for start in range(0, len(values) - _VALUES + 1, _VALUES):
        number, function, file, line, column = values[start : start + _VALUES]
        if type(number) is not int or not 0 <= number < stands:
            raise ProtocolViolation("the symboliser sent a frame of no function")
        found.append((number, frame_of(function, file, line, column)))
    return found
