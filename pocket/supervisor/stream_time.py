"""How long a streamed call may take."""

from __future__ import annotations

from time import monotonic

from pocket.supervisor.channel import DeadlineExceeded


class StreamTime:
    """Measures what the plugin takes, and not what its caller does with a chunk or for the next.

    Each chunk that the plugin gets gives it its time anew. It has no say in how many there are, so
    it cannot go on for ever.

    Args:
        chunk_s: time of the plugin from one chunk that it gets to the next, in seconds.
        whole_s: time of everything, the caller's own included; may be infinite.

    Attributes:
        until: the end of that, on the clock of `time.monotonic`.
    """

    def __init__(self, chunk_s: float, whole_s: float) -> None:
        self.chunk_s = chunk_s
        self.whole_s = whole_s
        self.until = monotonic() + whole_s
        self._left_s = chunk_s
        self._waiting_since: float | None = None

    @property
    def over(self) -> bool:
        """Whether the time of everything is over."""
        return monotonic() >= self.until

    def wait(self) -> float:
        """Begin to wait for the plugin; give the deadline, on the clock of `time.monotonic`.

        Raises:
            DeadlineExceeded: it has passed.
        """
        now = monotonic()
        self._waiting_since = now
        deadline = min(now + self._left_s, self.until)
        if deadline <= now:
            raise DeadlineExceeded
        return deadline

    def pause(self) -> None:
        """Stop waiting: it is the caller's turn."""
        if self._waiting_since is not None:
            self._left_s -= monotonic() - self._waiting_since
            self._waiting_since = None

    def renew(self) -> None:
        """Give the plugin its time anew."""
        self._left_s = self.chunk_s
