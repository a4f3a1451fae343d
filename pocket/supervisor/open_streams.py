"""The streams of one plugin that somebody holds, each of which may have a worker of its own."""

from __future__ import annotations

from threading import Lock
from weakref import WeakSet

from pocket.supervisor.stream import Stream


class OpenStreams:
    """Stops them all; made and stopped by any thread."""

    def __init__(self) -> None:
        self._streams: WeakSet[Stream] = WeakSet()
        self.begin()

    def begin(self) -> None:
        """Be held by no thread: at first, and in a forked child."""
        self._lock = Lock()

    def add(self, stream: Stream) -> Stream:
        """Give the stream back, which is one of them as long as somebody holds it."""
        with self._lock:
            self._streams.add(stream)
        return stream

    def stop(self) -> None:
        """Stop all of them."""
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.stop()
