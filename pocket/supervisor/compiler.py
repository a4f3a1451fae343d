"""Compiling a module in a limited process of its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import cast

from pocket.errors import InvalidModule, ProtocolViolation, SandboxUnavailable
from pocket.plugin.module import Module
from pocket.supervisor.channel import (
    COMPILE,
    COMPILED,
    FAILURE,
    Channel,
    DeadlineExceeded,
    Disconnected,
    Frame,
    encode_frame,
)
from pocket.supervisor.limits import COMPILE_TIMEOUT_S
from pocket.supervisor.process import Ending, Outcome, Process
from pocket.supervisor.unwanted import stoppable


@dataclass(frozen=True, slots=True)
class Compiled:
    """What compiling gave: native code, or everything that keeps the module from being a plugin."""

    engine: str
    problems: tuple[str, ...]
    artifact: bytes


def compile_module(
    module: Module,
    path: str,
    *,
    metered: bool,
    process: Process | None = None,
    until: float = inf,
) -> Compiled:
    """Compile a module.

    Args:
        module: what to compile.
        path: names it in errors.
        metered: whether its instructions are counted, which makes it slower.
        process: one of the role `compile`, where another thread than this has to spawn it.
        until: when nobody wants it any more, by `time.monotonic`.

    An interruption ends it, too. Then, and after `until`, the error that it raises tells nothing of
    the module.

    Raises:
        InvalidModule: not a plugin; the message names each missing export and unknown import.
        SandboxUnavailable: a limit of the compiling process cannot be enforced here.
    """
    process = process or Process("compile")
    try:
        with stoppable(process.kill):
            request: Frame = [COMPILE, 0, module.core, metered]
            compiled = _answer(_converse(process, request, path, until), path)
    finally:
        process.end()
    if compiled.problems:
        raise InvalidModule(
            "\n".join(f"{path}: {problem}" for problem in compiled.problems),
            hint="docs/abi.md lists what a plugin exports and may import",
        )
    return compiled


def _converse(process: Process, request: Frame, path: str, until: float) -> Frame:
    deadline = min(until, monotonic() + COMPILE_TIMEOUT_S)
    channel = Channel(process.requests, process.replies)
    try:
        channel.send(encode_frame(request), deadline)
        return channel.receive(deadline)
    except DeadlineExceeded:
        process.end(Ending.TIMEOUT)
        raise InvalidModule(f"{path}: compiling took over {COMPILE_TIMEOUT_S:g} s") from None
    except Disconnected:
        raise _died(process.end(), path) from None


def _died(outcome: Outcome, path: str) -> InvalidModule:
    match outcome.ending:
        case Ending.CPU:
            reason = "compiling used too much CPU time"
        case Ending.MEMORY:
            reason = "compiling used too much memory"
        case _:
            reason = f"the compiler ended with {outcome}"
    return InvalidModule(f"{path}: {reason}", hint=outcome.stderr or None)


def _answer(frame: Frame, path: str) -> Compiled:
    if frame[0] == COMPILED:
        engine, problems, artifact = cast("tuple[str, list[str], bytes]", frame[2:])
        return Compiled(engine, tuple(map(str, problems)), artifact)
    if frame[0] == FAILURE:
        code, message = frame[2:4]
        if code == "bad-module":
            raise InvalidModule(f"{path}: {message}", hint="is the file complete?")
        if code == "sandbox":
            raise SandboxUnavailable(f"the compiler cannot be confined: {message}")
    raise ProtocolViolation(f"the compiler sent a frame of kind {frame[0]}")
