"""A call with two streams: bytes go in and come out chunk by chunk, whatever their number."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Final, Protocol, Self, runtime_checkable

from pocket.capability.interruption import Interruption
from pocket.capability.refusal import Refusal
from pocket.errors import CallTimeout, InvalidInput, PluginCrashed
from pocket.supervisor.limits import STREAM_CHUNK_BYTES
from pocket.supervisor.meter import Meter
from pocket.supervisor.result import Result
from pocket.supervisor.stream_time import StreamTime
from pocket.supervisor.worker import Reply, Worker


@runtime_checkable
class Readable(Protocol):
    """A file opened for reading bytes, or anything else that has its `read`."""

    def read(self, size: int, /) -> bytes:
        """Give at most so many bytes; none at the end."""


Chunks = Iterable[bytes] | Readable
"""What a plugin is to read: chunks of any size, or a file."""

_BYTES: Final = (bytes, bytearray, memoryview)


class Stream(Iterator[bytes]):
    """What a plugin writes while it reads what it is given; made by `Plugin.stream`.

    Iterate over it for the chunks, at most 256 KiB each. Nothing is read or written ahead of that
    by more than fits into a pipe. Use it in a `with` statement, or call `close`, where it may not
    be read to its end: until then it has a worker of its own.
    """

    def __init__(
        self,
        plugin: str,
        payload: bytes,
        chunks: Chunks,
        begin: Callable[[], StreamTime],
        borrow: Callable[[float], Worker],
        give_back: Callable[[Worker], None],
        read: Callable[[Reply], Result],
        meter: Meter | None,
    ) -> None:
        """Prepare the call, which begins with the first chunk; `Plugin.stream` does this."""
        self._plugin = plugin
        self._interruption = Interruption()
        self._result: Result | None = None
        # Held by the thread that runs the call: a generator has one at a time.
        self._running = threading.RLock()
        pieces = _pieces(chunks)
        if meter is not None:
            pieces = meter.feeding(pieces)
        # No method of the stream's: a circle of references would keep its worker for a while.
        running = _call(self._interruption, payload, pieces, begin, borrow, give_back, read)
        self._chunks = running if meter is None else meter.reading(running)

    def __next__(self) -> bytes:
        """Give the next chunk.

        Raises:
            PluginError: the plugin answered with an error.
            CallError: any other way in which the call did not end well; see `pocket.errors`.
            InvalidInput: what the plugin is to read is not made of bytes.
            Exception: whatever the iterable of chunks raises.
        """
        try:
            with self._running:
                return next(self._chunks)
        except StopIteration as end:
            if end.value is not None:
                self._result = end.value
            elif self._result is None and self._interruption.happened:
                message = f"plugin {self._plugin}: the stream was stopped before its end"
                raise PluginCrashed(message, plugin=self._plugin) from None
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def result(self) -> Result:
        """Give the plugin's answer, after reading and dropping the chunks that are left.

        Raises:
            InvalidInput: there is none, as the stream was closed or failed before its end.
            PocketError: as reading the chunks does.
        """
        for _ in self:
            pass
        if self._result is None:
            raise InvalidInput(
                "the stream has no result",
                hint="it was closed, or it failed, before its end",
            )
        return self._result

    def close(self) -> None:
        """End the call if it is under way, and its worker with it; safe to repeat.

        Where another thread is reading a chunk, it waits for that one.
        """
        with self._running:
            self._chunks.close()

    def stop(self) -> None:
        """Kill the call's worker, from any thread; whoever reads the stream sees it fail."""
        self._interruption.happen()
        # Another thread that is reading a chunk ends the worker when it sees it killed.
        if self._running.acquire(blocking=False):
            try:
                # Not so if it is this thread that reads: what makes the chunks for it calls this.
                with suppress(ValueError):
                    self._chunks.close()
            finally:
                self._running.release()


def _call(
    interruption: Interruption,
    payload: bytes,
    chunks: Iterator[bytes],
    begin: Callable[[], StreamTime],
    borrow: Callable[[float], Worker],
    give_back: Callable[[Worker], None],
    read: Callable[[Reply], Result],
) -> Generator[bytes, None, Result]:
    time = begin()
    worker = interruption.run(partial(borrow, time.until))
    try:
        with interruption.ending(worker.kill):
            reply = yield from worker.stream(payload, chunks, time)
    except Refusal as refusal:
        raise CallTimeout(refusal.message) from None
    finally:
        give_back(worker)
    return read(reply)


def _pieces(chunks: Chunks) -> Iterator[bytes]:
    """Give chunks as they go into frames: none too large, and none empty, which is the end."""
    if isinstance(chunks, Readable):
        return _cut(iter(partial(chunks.read, STREAM_CHUNK_BYTES), b""))
    return _cut(iter(chunks))


def _cut(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if not isinstance(chunk, _BYTES):
            raise InvalidInput(
                f"a stream is made of chunks of bytes, not of {type(chunk).__name__}",
                hint="pass an iterable of bytes, or a file opened with mode 'rb'",
            )
        for at in range(0, len(chunk), STREAM_CHUNK_BYTES):
            yield chunk[at : at + STREAM_CHUNK_BYTES]
