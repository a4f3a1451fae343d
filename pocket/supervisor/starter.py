"""Starting the workers of one plugin, so that whoever waits for one may stop waiting."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from math import inf
from threading import RLock
from typing import Final

from pocket.capability.interruption import Interruption
from pocket.errors import CallTimeout, PocketError
from pocket.supervisor.unwanted import stoppable, unwanted
from pocket.supervisor.worker import Worker

_LOOK_UP_S: Final = 0.02
"""How soon one who waits for another's start sees that nobody waits for his own any more."""


class Starter:
    """Starts one worker after the other: a plugin that does not start fails once, not once a call.

    Args:
        start: starts a worker, until a time on the clock of `time.monotonic`.
        check: raises what a start that is not wanted any more ends with.
    """

    def __init__(self, start: Callable[[float], Worker], check: Callable[[], None]) -> None:
        self._start = start
        self._check = check
        self._turn = RLock()
        self._under_way = Interruption()

    def start(self, until: float = inf) -> Worker:
        """Start a worker; an interruption of this thread ends the start.

        Raises:
            CallTimeout: it was interrupted, or took until then.
            PocketError: as `start` and `check` do.
        """
        try:
            while not self._turn.acquire(timeout=_LOOK_UP_S):
                if unwanted(until):
                    raise CallTimeout("the time was over before its start began")
            self._under_way = under_way = Interruption()
            self._check()
            try:
                with stoppable(under_way.happen), under_way.covering():
                    return self._start(until)
            except PocketError:
                self._check()
                raise
        finally:
            # Ctrl-C may come right after the turn was taken; one that is not ours is not given up.
            with suppress(RuntimeError):
                self._turn.release()

    def stop(self) -> None:
        """End the start that is under way, from any thread."""
        self._under_way.happen()
