"""The sources of a plugin, looked at again and again until one of them changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep
from typing import Final

_MADE: Final = frozenset({"node_modules", "target", "dist", "__pycache__"})
"""Folders that builds write."""
_LOCKS: Final = frozenset({"package-lock.json", "Cargo.lock", "go.sum"})
"""What builds write beside the sources; who changes one changes what it is made of, too."""
_KEPT: Final = ".cargo"
"""The one hidden folder that a build depends on."""
_LOOK_S: Final = 0.25
"""Sooner than a hand leaves the keyboard; a folder of a hundred files takes a millisecond."""


class Sources:
    """Tells when the sources in a folder change.

    It looks instead of asking the kernel to be told: that works on every file system, and in
    containers, too.

    Args:
        folder: of the plugin.
        look: waits until it is time to look again.
    """

    def __init__(self, folder: Path, look: Callable[[], None] = lambda: sleep(_LOOK_S)) -> None:
        self._folder = folder
        self._look = look
        self._known = dict(_states(folder))
        self._last: frozenset[str] = frozenset()

    def changed(self) -> list[str]:
        """Wait until sources were written, added or removed, and are left alone again.

        What changes while they are built counts. But what each build writes is no source: files
        that alone have changed twice in a row, without a wait, start nothing.

        Returns:
            Their paths in the folder, sorted.
        """
        waited = False
        while True:
            states = dict(_states(self._folder))
            differing = {path for path, _ in states.items() ^ self._known.items()}
            if differing and not waited and differing == self._last:
                self._known, differing = states, set()
            if differing:
                self._known = self._settled(states)
                self._last = frozenset() if waited else frozenset(differing)
                return sorted(differing)
            self._look()
            waited = True

    def _settled(self, states: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        """Wait until whoever writes files is done with them."""
        while True:
            self._look()
            before, states = states, dict(_states(self._folder))
            if states == before:
                return states


def _states(folder: Path, within: str = "") -> Iterator[tuple[str, tuple[int, int]]]:
    """Give each file's time of change and size, by its path."""
    try:
        entries = list(os.scandir(folder / within))
    except OSError:
        return
    for entry in entries:
        path = f"{within}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if entry.name == _KEPT or not (entry.name in _MADE or entry.name.startswith(".")):
                yield from _states(folder, f"{path}/")
        elif _is_source(entry.name):
            try:
                stat = entry.stat()
            except OSError:
                continue
            yield path, (stat.st_mtime_ns, stat.st_size)


def _is_source(name: str) -> bool:
    """Leave out what is made, and what editors write for themselves."""
    return not (name in _LOCKS or name.startswith(".") or name.endswith((".wasm", ".o", "~")))
