"""Cutting debug information down in a limited process of its own; nothing of it is read here."""

from __future__ import annotations

from time import monotonic
from typing import cast

from pocket.errors import InvalidModule, ProtocolViolation, SandboxUnavailable
from pocket.plugin.module import Symbols
from pocket.supervisor.channel import (
    CONDENSE,
    CONDENSED,
    FAILURE,
    Channel,
    DeadlineExceeded,
    Disconnected,
    Frame,
    encode_frame,
)
from pocket.supervisor.limits import CONDENSE_TIMEOUT_S
from pocket.supervisor.process import Process
from pocket.supervisor.unwanted import stoppable

_HINT = 'build it with less: -gline-tables-only, or `debug = "line-tables-only"` in Cargo.toml'


def condense(symbols: Symbols, folder: str, path: str) -> bytes:
    """Keep of a module's debug information the lines of its author's own files.

    Args:
        symbols: of the module.
        folder: that it was built in, absolute. Files are called by their way from there.
        path: names the module in errors.

    Returns:
        Custom sections to put behind the module, again DWARF; nothing where no line is the
        author's. The same bytes for the same arguments.

    Raises:
        InvalidModule: it takes too much time or memory to read.
        SandboxUnavailable: a limit of the process that reads it cannot be enforced here.
    """
    process = Process("symbolise")
    try:
        with stoppable(process.kill):
            deadline = monotonic() + CONDENSE_TIMEOUT_S
            channel = Channel(process.requests, process.replies)
            channel.send(encode_frame([CONDENSE, 0, symbols.sections, folder]), deadline)
            return _answer(channel.receive(deadline))
    except DeadlineExceeded:
        reason = f"its debug information takes over {CONDENSE_TIMEOUT_S:g} s to read"
        raise InvalidModule(f"{path}: {reason}", hint=_HINT) from None
    except Disconnected:
        reason = f"whatever reads its debug information ended with {process.end()}"
        raise InvalidModule(f"{path}: {reason}", hint=_HINT) from None
    finally:
        process.end()


def _answer(frame: Frame) -> bytes:
    if frame[0] == CONDENSED:
        return cast("bytes", frame[2])
    if frame[0] == FAILURE and frame[2] == "sandbox":
        raise SandboxUnavailable(f"what reads debug information cannot be confined: {frame[3]}")
    raise ProtocolViolation(f"a process that condenses sent a frame of kind {frame[0]}")
