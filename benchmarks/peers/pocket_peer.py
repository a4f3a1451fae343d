"""Pocket itself: the plugin in its own limited process, every call from a fresh state."""

from __future__ import annotations

from pathlib import Path

import pocket
from peers.peer import NUMBERS, Peer, check, timed

PLUGIN = Path(__file__).resolve().parents[2] / "examples" / "plugins" / "statistics"


class PocketPeer(Peer):
    """Pocket."""

    name = "Pocket"
    how = "wasm in a sandboxed process, fresh state; dict, JSON, shared memory, JSON, dict"

    def __init__(self) -> None:
        self._host = pocket.Host()
        self._plugin = self._host.load(PLUGIN)
        check(self._plugin.call("statistics", NUMBERS).output)

    def sample(self, count: int) -> list[float]:
        return timed(lambda: self._plugin.call("statistics", NUMBERS), count)

    def close(self) -> None:
        self._host.close()
