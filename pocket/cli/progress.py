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
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self._lock = Lock()
        self._text = ""
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

    def show(self, text: str) -> None:
        """Say what goes on now."""
        self._text = text
        if self._timer is None:
            return
        with self._lock:
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], description=printable(text))

    def _begin(self) -> None:
        with self._lock:
            if not self._over:
                self._bar = _start_bar(printable(self._text))


def _start_bar(text: str) -> Bar:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    # Names of nodes come from a file; none of them is markup.
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(text, total=None)
    bar.start()
    return bar
