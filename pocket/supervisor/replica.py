"""One of the workers that a plugin may have."""

from __future__ import annotations

from pocket.supervisor.worker import Worker


class Replica:
    """A worker that is idle or lent to one call, or the place of one that is about to start.

    Attributes:
        worker: set once it has started.
        calls_seen: how many calls it had answered when somebody last looked.
        idle_since: when that was first seen, on the clock of `time.monotonic`.
    """

    __slots__ = ("__weakref__", "calls_seen", "idle_since", "worker")

    worker: Worker

    def __init__(self) -> None:
        self.calls_seen = -1
        self.idle_since = 0.0

    @property
    def started(self) -> bool:
        """Whether there is a worker."""
        return hasattr(self, "worker")

    @property
    def alive(self) -> bool:
        """Whether there is a worker that nobody has ended or killed."""
        return self.started and not (self.worker.ended or self.worker.killed)
