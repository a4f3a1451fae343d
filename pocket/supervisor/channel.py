"""Frames over the pipes of a worker; `docs/protocol.md` has the table.

Every wait has one absolute deadline on the clock of `time.monotonic`, over writing and reading.
A channel is never resynchronised: after any error the worker has to be killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
from time import monotonic
from typing import TYPE_CHECKING, Final, cast

import msgpack

from pocket._wire import Mailbox, decode_results
from pocket.errors import ProtocolViolation
from pocket.supervisor.limits import (
    LARGE_PIPE_BYTES,
    MAX_FRAME_BYTES,
    MAX_PAYLOAD_BYTES,
    PIPE_BYTES,
)

PROTOCOL: Final = 7

START: Final = 0
CALL: Final = 1
COMPILE: Final = 2
HOST_ANSWER: Final = 3
STREAMED_CALL: Final = 4
CHUNK: Final = 5
SYMBOLISE: Final = 6
CONDENSE: Final = 7
MAILED_CALL: Final = 8
READY: Final = 16
RESULT: Final = 17
FAILURE: Final = 18
LOG: Final = 19
HOST_CALL: Final = 20
STREAM_READ: Final = 21
STREAM_WRITE: Final = 22
MAILED_RESULT: Final = 24
COMPILED: Final = 32
SYMBOLISED: Final = 33
CONDENSED: Final = 34

_TYPES: Final = {
    READY: (str, int),
    RESULT: (bytes, int, int, int, int),
    FAILURE: (str, str, int, int, int, int, bytes),
    LOG: (int, bytes),
    HOST_CALL: (bytes,),
    STREAM_READ: (),
    STREAM_WRITE: (bytes,),
    MAILED_RESULT: (),
    COMPILED: (str, list, bytes),
    SYMBOLISED: (list,),
    CONDENSED: (bytes,),
}
"""Kinds that a worker sends, with the types of what follows kind and id."""

Frame = list[object]
if TYPE_CHECKING:
    from pocket._wire import Outcome

SPIN_US: Final = 50 if len(os.sched_getaffinity(0)) > 1 else 0
"""How long to look for an answer without going to sleep, where there is a core to spare for that:
a byte there and back between CPUs that sleep takes 55 us, a plugin in a hurry answers sooner."""


class DeadlineExceeded(Exception):
    """The deadline passed before the frame was written or read."""


class Disconnected(Exception):
    """The worker closed its end, most likely because it ended."""


def encode_frame(frame: Frame) -> bytes:
    """Give the bytes of a frame, length first."""
    body: bytes = msgpack.packb(frame, use_bin_type=True)
    return len(body).to_bytes(4, "little") + body


def encode_bytes(kind: int, call_id: int, payload: bytes) -> bytes:
    """Give the bytes of a frame of any other kind that has only bytes after its id, copied once."""
    size = len(payload)
    head = b"%b\x93%c\xce%b\xc6%b" % (
        (size + 12).to_bytes(4, "little"),
        kind,
        call_id.to_bytes(4, "big"),
        size.to_bytes(4, "big"),
    )
    return head + payload


class _ListCounter:
    """Refuses a frame with more lists than any has: itself, and one within it."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = 2

    def __call__(self, items: list[object]) -> list[object]:
        self._left -= 1
        if self._left < 0:
            raise ValueError("lists within lists")
        return items


_SMALL_FRAME_BYTES: Final = 64 << 10
"""A frame of empty lists alone, 64 bytes each in memory for one in the frame, is harmless below."""


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
            list_hook=None if len(body) <= _SMALL_FRAME_BYTES else _ListCounter(),
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
        # No time and no size is; a counter that is told one would go back.
        if expected is int and cast("int", value) < 0:
            raise ProtocolViolation(f"the worker sent a frame of kind {kind} with a number below 0")
    return frame


class Channel:
    """Both directions of one worker's pipes; used by one thread at a time.

    Args:
        requests: non-blocking descriptor to write to.
        replies: non-blocking descriptor to read from.
        mailbox: where the worker may be looking instead.
    """

    __slots__ = (
        "_buffer",
        "_mailbox",
        "_readable",
        "_replies",
        "_requests",
        "_roomy",
        "_writable",
    )

    def __init__(self, requests: int, replies: int, mailbox: Mailbox | None = None) -> None:
        self._mailbox = mailbox
        self._requests = requests
        self._replies = replies
        self._readable = select.poll()
        self._readable.register(replies, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(requests, select.POLLOUT)
        self._writable.register(replies, select.POLLIN)
        self._buffer = bytearray()
        self._roomy = False

    @property
    def unread(self) -> bool:
        """Whether something of the worker's lies here that `receive` has not given yet."""
        return bool(self._buffer)

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of `data`, reading replies meanwhile so that neither side blocks the other.

        Raises:
            DeadlineExceeded, Disconnected
            ProtocolViolation: the worker writes and writes, and does not read.
        """
        try:
            written = os.write(self._requests, data)
        except BlockingIOError:
            written = 0
        except BrokenPipeError:
            raise Disconnected from None
        if self._mailbox is not None:
            self._mailbox.point_to_pipe()
        if written < len(data):
            self._make_room()
            self._send_rest(memoryview(data)[written:], deadline)

    def _send_rest(self, rest: memoryview, deadline: float) -> None:
        while rest:
            ready = dict(self._poll(self._writable, deadline))
            if self._replies in ready:
                self._fill()
                if len(self._buffer) > MAX_FRAME_BYTES:
                    raise ProtocolViolation("the worker writes without reading")
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
        while len(buffer) < 4:
            self._read_more(deadline)
        end = 4 + int.from_bytes(buffer[:4], "little")
        if end > 4 + MAX_FRAME_BYTES:
            raise ProtocolViolation(f"the worker announced a frame of {end - 4} bytes")
        if end > PIPE_BYTES:
            self._make_room()
        while len(buffer) < end:
            self._read_more(deadline)
        with memoryview(buffer) as view, view[4:end] as body:
            frame = decode_frame(body)
        del buffer[:end]
        return frame

    def receive_results(self, first: int, most: int, deadline: float) -> list[Outcome]:
        """Wait for something to come, and read the results of calls from `first` on.

        Returns:
            Of at most `most` calls; none if something else has come, or the beginning of a result.

        Raises:
            DeadlineExceeded, Disconnected
        """
        if not self._buffer:
            self._read_more(deadline)
        outcomes, size = decode_results(self._buffer, first, most)
        del self._buffer[:size]
        return outcomes

    def _make_room(self) -> None:
        """Make both pipes larger, once: when one is full, a process has to wake for the other."""
        if not self._roomy:
            self._roomy = True
            for fd in (self._requests, self._replies):
                # What one user may have in pipes is limited; they work as they are, too.
                with contextlib.suppress(OSError):
                    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, LARGE_PIPE_BYTES)

    def _read_more(self, deadline: float) -> None:
        if monotonic() > deadline or not self._spin():
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
        poll = self._readable.poll
        if not SPIN_US:
            return bool(poll(0))
        until = monotonic() + SPIN_US * 1e-6
        while True:
            # The worker may be waiting for this very core, and has something to do first anyway.
            os.sched_yield()
            if poll(0) or poll(0) or poll(0) or poll(0):
                return True
            if monotonic() > until:
                return False

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
