"""The frames of one streamed call; `docs/protocol.md` says who may send what, and when."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import cast

from pocket.errors import ProtocolViolation
from pocket.supervisor.channel import (
    CHUNK,
    RESULT,
    STREAM_READ,
    STREAM_WRITE,
    STREAMED_CALL,
    Channel,
    Frame,
    encode_bytes,
)
from pocket.supervisor.limits import STREAM_CHUNK_BYTES
from pocket.supervisor.stream_time import StreamTime


class StreamedCall:
    """Sends chunks when the worker asks for them, and gives those that it sends.

    Args:
        plugin: names the plugin in errors.
        channel: of the worker.
        call_id: of the call.
        receive: gives the next frame that is no log line and no host call, before a deadline.
        failure: turns a frame that is not wanted into its exception.
    """

    def __init__(
        self,
        plugin: str,
        channel: Channel,
        call_id: int,
        receive: Callable[[float], Frame],
        failure: Callable[[Frame], Exception],
    ) -> None:
        self._plugin = plugin
        self._channel = channel
        self._call_id = call_id
        self._receive = receive
        self._failure = failure

    def run(
        self, payload: bytes, chunks: Iterator[bytes], time: StreamTime
    ) -> Generator[bytes, None, Frame]:
        """Give what the plugin writes, then return the frame of its result.

        Args:
            payload: the request.
            chunks: what the plugin reads, none empty, each small enough for a frame.
            time: how long it may take.

        Raises:
            DeadlineExceeded, Disconnected
            ProtocolViolation: the worker sent what it may not.
        """
        self._channel.send(encode_bytes(STREAMED_CALL, self._call_id, payload), time.wait())
        wanted = {STREAM_READ, STREAM_WRITE, RESULT}
        while True:
            frame = self._receive(time.wait())
            time.pause()
            if frame[1] != self._call_id or frame[0] not in wanted:
                raise self._failure(frame)
            if frame[0] == RESULT:
                return frame
            if frame[0] == STREAM_WRITE:
                yield self._chunk(cast("bytes", frame[2]))
            else:
                chunk = next(chunks, b"")
                if not chunk:
                    wanted.remove(STREAM_READ)
                time.renew()
                self._send(chunk, time)

    def _chunk(self, chunk: bytes) -> bytes:
        if 0 < len(chunk) <= STREAM_CHUNK_BYTES:
            return chunk
        raise ProtocolViolation(f"plugin {self._plugin}: a stream's chunk of {len(chunk)} bytes")

    def _send(self, chunk: bytes, time: StreamTime) -> None:
        """Send a chunk, for which the worker waits and says nothing meanwhile."""
        if not self._channel.unread:
            self._channel.send(encode_bytes(CHUNK, self._call_id, chunk), time.wait())
            time.pause()
        if self._channel.unread:
            raise ProtocolViolation(f"plugin {self._plugin}: it sends while it has to wait")
