"""Frames over the pipes of a worker; `docs/protocol.md` has the table.

Every wait has one absolute deadline on the clock of `time.monotonic`, over writing and reading.
A channel is never resynchronised: after any error the worker has to be killed.
"""

from __future__ import annotations

import os
import select
from time import monotonic
from typing import Final

import msgpack

from pocket.errors import ProtocolViolation
from pocket.supervisor.limits import MAX_FRAME_BYTES, MAX_PAYLOAD_BYTES, PIPE_BYTES

PROTOCOL: Final = 2

START: Final = 0
CALL: Final = 1
COMPILE: Final = 2
HOST_ANSWER: Final = 3
READY: Final = 16
RESULT: Final = 17
FAILURE: Final = 18
LOG: Final = 19
HOST_CALL: Final = 20
COMPILED: Final = 32

_TYPES: Final = {
    READY: (str, int),
    RESULT: (bytes, int, int, int, int),
    FAILURE: (str, str, int, int, int, int),
    LOG: (int, bytes),
    HOST_CALL: (bytes,),
    COMPILED: (str, list, bytes),
}
"""Kinds that a worker sends, with the types of what follows kind and id."""

Frame = list[object]

_SPIN_S: Final = 50e-6
"""A sleeping virtual CPU takes about 40 us to wake; a plugin in a hurry answers sooner."""
_SPIN: Final = len(os.sched_getaffinity(0)) > 1


class DeadlineExceeded(Exception):
    """The deadline passed before the frame was written or read."""


class Disconnected(Exception):
    """The worker closed its end, most likely because it ended."""


def encode_frame(frame: Frame) -> bytes:
    """Give the bytes of a frame, length first."""
    body: bytes = msgpack.packb(frame, use_bin_type=True)
    return len(body).to_bytes(4, "little") + body


def encode_call(call_id: int, payload: bytes) -> bytes:
    """Give the bytes of a `call` frame; the same as `encode_frame`, with fixed-size headers."""
    size = len(payload)
    return b"%b\x93\x01\xce%b\xc6%b%b" % (
        (size + 12).to_bytes(4, "little"),
        call_id.to_bytes(4, "big"),
        size.to_bytes(4, "big"),
        payload,
    )


def decode_frame(body: bytes | memoryview) -> Frame:
    """Read the msgpack array of one frame and check its kind, its size and its types.

    Raises:
        ProtocolViolation: the bytes are not a frame that a worker may send.
    """
    try:
        frame = msgpack.unpackb(
            body,
            max_bin_len=MAX_PAYLOAD_BYTES,
            max_str_len=1 << 20,
            max_array_len=4096,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, RecursionError) as error:
        raise ProtocolViolation(f"the worker sent bytes that are no frame: {error}") from error
    if not isinstance(frame, list) or len(frame) < 2:
        raise ProtocolViolation("the worker sent something that is no frame")
    kind, call_id = frame[0], frame[1]
    types = _TYPES.get(kind) if type(kind) is int else None
    if types is None or len(frame) != len(types) + 2 or type(call_id) is not int:
        raise ProtocolViolation(f"the worker sent a frame of unknown kind {kind!r:.40}")
    for value, expected in zip(frame[2:], types, strict=True):
        if type(value) is not expected:
            raise ProtocolViolation(f"the worker sent a frame of kind {kind} with a wrong type")
    return frame


class Channel:
    """Both directions of one worker's pipes; used by one thread at a time.

    Args:
        requests: non-blocking descriptor to write to.
        replies: non-blocking descriptor to read from.
    """

    __slots__ = ("_buffer", "_readable", "_replies", "_requests", "_writable")

    def __init__(self, requests: int, replies: int) -> None:
        self._requests = requests
        self._replies = replies
        self._readable = select.poll()
        self._readable.register(replies, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(requests, select.POLLOUT)
        self._writable.register(replies, select.POLLIN)
        self._buffer = bytearray()

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of `data`, reading replies meanwhile so that neither side blocks the other.

        Raises:
            DeadlineExceeded, Disconnected
        """
        try:
            written = os.write(self._requests, data)
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            raise Disconnected from None
        if written < len(data):
            self._send_rest(memoryview(data)[written:], deadline)

    def _send_rest(self, rest: memoryview, deadline: float) -> None:
        while rest:
            ready = dict(self._poll(self._writable, deadline))
            if self._replies in ready:
                self._fill()
            if self._requests in ready:
                try:
                    rest = rest[os.write(self._requests, rest) :]
                except BlockingIOError:
                    continue
                except BrokenPipeError:
                    raise Disconnected from None

    def receive(self, deadline: float) -> Frame:
        """Read the next frame.

        Raises:
            DeadlineExceeded, Disconnected
            ProtocolViolation: a frame that is malformed or too long.
        """
        buffer = self._buffer
        if len(buffer) < 4:
            self._wait_for(4, deadline)
        end = 4 + int.from_bytes(buffer[:4], "little")
        if end > MAX_FRAME_BYTES:
            raise ProtocolViolation(f"the worker announced a frame of {end - 4} bytes")
        if len(buffer) < end:
            self._wait_for(end, deadline)
        with memoryview(buffer) as view, view[4:end] as body:
            frame = decode_frame(body)
        del buffer[:end]
        return frame

    def _wait_for(self, size: int, deadline: float) -> None:
        while len(self._buffer) < size:
            if not self._spin() or monotonic() > deadline:
                self._poll(self._readable, deadline)
            self._fill()

    def _fill(self) -> None:
        try:
            data = os.read(self._replies, PIPE_BYTES)
        except BlockingIOError:
            return
        if not data:
            raise Disconnected
        self._buffer += data

    def _spin(self) -> bool:
        """Look for a reply without going to sleep; False when none came soon."""
        if not _SPIN:
            return False
        poll, until = self._readable.poll, monotonic() + _SPIN_S
        while not poll(0):
            if monotonic() > until:
                return False
            os.sched_yield()  # the worker may be waiting for this very core
        return True

    @staticmethod
    def _poll(poll: select.poll, deadline: float) -> list[tuple[int, int]]:
        """Sleep until something is ready.

        Raises:
            DeadlineExceeded
        """
        left = deadline - monotonic()
        if left <= 0:
            raise DeadlineExceeded
        return poll.poll(left * 1000 + 1)
