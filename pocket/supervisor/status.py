"""What a plugin's workers are doing."""

from __future__ import annotations

from typing import NamedTuple

from pocket.supervisor.memory import private_bytes
from pocket.supervisor.meter import Calls, Meter
from pocket.supervisor.pool import Pool
from pocket.supervisor.tally import Tally


class PluginStatus(NamedTuple):
    """A plugin's workers as they are now, and what became of earlier ones."""

    workers: int
    """Processes that live."""
    waiting: int
    """Calls that wait for one."""
    memory_bytes: int
    """Private memory of the workers together."""
    starts: int
    """Workers that were started."""
    deaths: int
    """Workers that ended in a call; the next call started another one."""
    reaped: int
    """Workers that were ended because nobody called them."""
    refusals: int
    """Calls that were refused because too many waited."""
    calls: Calls | None
    """How calls ended; None unless the host counts them, as it does for `pocket.metrics`."""


def status_of(pool: Pool, tally: Tally, meter: Meter | None) -> PluginStatus:
    """Give how the workers of a pool are, and what was counted of them and their calls."""
    pids = pool.pids
    return PluginStatus(
        workers=len(pids),
        waiting=pool.waiting,
        memory_bytes=sum(map(private_bytes, pids)),
        starts=tally.starts,
        deaths=tally.deaths,
        reaped=tally.reaped,
        refusals=tally.refusals,
        calls=None if meter is None else meter.read(),
    )
