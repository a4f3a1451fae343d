"""A stream read from asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar, cast

from pocket.supervisor.awaiting import awaited
from pocket.supervisor.result import Result
from pocket.supervisor.stream import Chunks, Stream

T = TypeVar("T")


class AsyncStream(AsyncIterator[bytes]):
    """`Stream` for asyncio; made by `Plugin.astream`. Cancelling the task that reads it ends it."""

    def __init__(
        self,
        chunks: Chunks | AsyncIterable[bytes],
        stream: Callable[[Chunks], Stream],
    ) -> None:
        """Prepare the call, which begins with the first chunk; `Plugin.astream` does this."""
        self._fed = _Fed(chunks) if isinstance(chunks, AsyncIterable) else None
        self._stream = stream(self._fed or cast("Chunks", chunks))
        self._thread: ThreadPoolExecutor | None = None

    async def __anext__(self) -> bytes:
        """Give the next chunk; raises what `Stream` does."""
        chunk = await self._run(lambda: next(self._stream, None))
        if chunk is None:
            self._dismiss()
            raise StopAsyncIteration
        return chunk

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def result(self) -> Result:
        """Give the plugin's answer, as `Stream.result` does."""
        result = await self._run(self._stream.result)
        self._dismiss()
        return result

    async def aclose(self) -> None:
        """End the call if it is under way, and its worker with it; safe to repeat."""
        await self._run(self._stream.close)
        self._dismiss()

    async def _run(self, step: Callable[[], T]) -> T:
        try:
            return await self._step(step)
        except BaseException:
            self._dismiss()
            raise

    async def _step(self, step: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        if self._fed is not None:
            self._fed.loop = loop
        if self._thread is None:
            # Its own: one that waits for another stream must not keep that one from running.
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="pocket-stream")
        return await awaited(loop.run_in_executor(self._thread, step), self._stop)

    def _dismiss(self) -> None:
        """Let the thread end; another step would get a new one."""
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    def _stop(self) -> None:
        self._stream.stop()
        if self._fed is not None:
            self._fed.stop()


class _Fed(Iterator[bytes]):
    """Lets a thread read an asynchronous iterable, whose steps run on the loop."""

    def __init__(self, chunks: AsyncIterable[bytes]) -> None:
        self._chunks = aiter(chunks)
        self._lock = threading.Lock()
        self._stopped = False
        self._next: Future[bytes | None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def __next__(self) -> bytes:
        assert self.loop is not None
        with self._lock:
            if self._stopped:
                raise CancelledError
            step = _step(anext(self._chunks, None))
            self._next = asyncio.run_coroutine_threadsafe(step, self.loop)
        chunk = self._next.result()
        if chunk is None:
            raise StopIteration
        return chunk

    def stop(self) -> None:
        """End the wait for a chunk, and let none begin."""
        with self._lock:
            self._stopped = True
            if self._next is not None:
                self._next.cancel()


async def _step(chunk: Awaitable[bytes | None]) -> bytes | None:
    return await chunk
