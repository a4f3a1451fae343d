"""Ctrl-C, and the signals that ask a program to end: what is under way is stopped first."""

from __future__ import annotations

import os
import signal
from threading import Thread, main_thread
from time import monotonic, sleep
from types import FrameType
from typing import Final

from pocket.cli.output import note

_PATIENCE_S: Final = 1.0
"""How long stopping everything may take; it takes some milliseconds unless a function of Python's
is under way, which nothing can stop."""
_SILENCE_S: Final = 3.0
"""When to say what another one does; a busy machine has ended all it can by then."""
_LOOK_UP_S: Final = 0.02
_SIGNALLED: Final = 128
"""What shells add to the number of the signal that ended a program."""


class Interrupts:
    """Turns the first of these signals into KeyboardInterrupt, and lets later ones change nothing.

    After `_PATIENCE_S` another one ends the process at once, of which a note tells a little later.
    Workers end with it.

    Attributes:
        exit_code: of the process, once there was one.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self._first_s = 0.0

    def listen(self) -> None:
        """Hear the signals from now on, save those that whoever started the program ignores."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        Thread(target=self._repeat, args=[woken], name="pocket-signals", daemon=True).start()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._hear)

    def _repeat(self, woken: int) -> None:
        """Repeat a signal that came just before a wait: Python would see it when that is over."""
        number = os.read(woken, 1)[0]
        while True:
            sleep(_LOOK_UP_S)
            if self.exit_code is not None:
                break
            signal.pthread_kill(main_thread().ident or 0, number)

        sleep(_SILENCE_S)
        note("a function of Python's is still under way; the same signal again ends it at once")

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self.exit_code is None:
            self._first_s = monotonic()
            self.exit_code = _SIGNALLED + number
            raise KeyboardInterrupt
        if monotonic() - self._first_s >= _PATIENCE_S:
            os._exit(self.exit_code)
