"""Keeps a worker off the core of the thread that waits for it.

Host and worker look for each other's bytes without going to sleep, so the kernel sees two busy
processes. When it has put both on one core it leaves them there, as their caches are warm
(sched(7), the cost of a migration), and a call takes twice as long as between two cores.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

LOOK_EVERY: Final = 256
"""Calls between two looks: one takes about 40 us, so that is a fifth of a microsecond a call."""
FIRST_LOOK: Final = 16
"""Calls before the first one: who makes only a few does not wait for them."""


def is_due(call_id: int) -> bool:
    """Say whether to look after this call of a worker."""
    return call_id % LOOK_EVERY == FIRST_LOOK


def part(pid: int) -> None:
    """Move a worker to another core if it last ran on that of this thread; it may move back."""
    with contextlib.suppress(OSError):
        here = _core(Path("/proc/thread-self/stat"))
        if _core(Path(f"/proc/{pid}/stat")) != here:
            return
        allowed = os.sched_getaffinity(pid)
        others = allowed - {here}
        if others:
            os.sched_setaffinity(pid, others)
            os.sched_setaffinity(pid, allowed)


def _core(stat: Path) -> int:
    """Give the core that a task ran on last (proc(5), field 39 of stat)."""
    return int(stat.read_bytes().rpartition(b")")[2].split()[36])
