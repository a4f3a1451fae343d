"""Keeps a worker off the core of the thread that waits for it.

Host and worker look for each other's bytes without going to sleep, so the kernel sees two busy
processes. When it has put both on one core it leaves them there, as their caches are warm
(sched(7), the cost of a migration), and a call takes twice as long as between two cores.
"""

from __future__ import annotations

import contextlib
import os
from typing import Final

MOVE_EVERY: Final = 16
"""Calls between two moves of a worker: a move takes some 17 us."""


def part(pid: int, core: int) -> None:
    """Move a worker to another core than this; it may move back."""
    with contextlib.suppress(OSError):
        allowed = os.sched_getaffinity(pid)
        others = allowed - {core}
        if others:
            os.sched_setaffinity(pid, others)
            os.sched_setaffinity(pid, allowed)
