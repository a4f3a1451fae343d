"""A line on the terminal that says what goes on, once that takes long."""

from __future__ import annotations

import sys
from threading import Lock, Timer
from typing import TYPE_CHECKING, Final, Self

from pocket.cli.output import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_PATIENCE_S: Final = 1.0
"""What is over sooner needs no progress display."""


class Progress:
    """Shows a text on stderr from the first second on, and takes it away in the end.

    Args:
        wanted: whether to show anything; nothing is shown where stderr is no terminal.
        total: how much there is to do, in any unit, if that is known; then the share that is done
            and the time that is left are shown, too.
    """

    def __init__(self, *, wanted: bool = True, total: int | None = None) -> None:
        self._lock = Lock()
        self._total = total
        self._text = ""
        self._done = 0
        self._over = False
        self._bar: Bar | None = None
        self._timer: Timer | None = None
        if wanted and sys.stderr.isatty():
            self._timer = Timer(_PATIENCE_S, self._begin)
            self._timer.daemon = True

    def __enter__(self) -> Self:
        if self._timer is not None:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def show(self, text: str, done: int = 0) -> None:
        """Say what goes on now, and how much of the total is done."""
        self._text, self._done = text, done
        if self._timer is None:
            return
        with self._lock:
            if self._bar is not None:
                task = self._bar.task_ids[0]
                self._bar.update(task, description=printable(text), completed=done)

    def _begin(self) -> None:
        with self._lock:
            if not self._over:
                self._bar = _start_bar(printable(self._text), self._done, self._total)


def _start_bar(text: str, done: int, total: int | None) -> Bar:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    # Names of nodes come from a file; none of them is markup.
    said = TextColumn("{task.description}", markup=False)
    known = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    times = (TimeElapsedColumn(),) if total is None else known
    bar = Bar(SpinnerColumn(), said, *times, console=Console(stderr=True), transient=True)
    bar.add_task(text, total=total, completed=done)
    bar.start()
    return bar
