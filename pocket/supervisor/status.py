"""What a plugin's workers are doing."""

from __future__ import annotations

from typing import NamedTuple

from pocket.supervisor.meter import Calls


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
