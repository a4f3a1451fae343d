"""Plugins that do not start: tried again later and later, and in the end no more.

Only starts count. A call that crashes has its own error and costs its caller a new worker; a plugin
that cannot even start would cost every caller a process for nothing.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from time import monotonic
from typing import Final

import orjson

from pocket.errors import CallError, PluginQuarantined
from pocket.units import format_duration

FIRST_PAUSE_S: Final = 0.1
"""After the first failed start; a machine that was busy for a moment is past it by then."""
LONGEST_PAUSE_S: Final = 30.0
"""No longer than a person waits before they look at what is wrong."""
MOST_FAILURES: Final = 8
"""Failed starts in a row, some 13 s of trying, after which somebody has to look."""


class Quarantine:
    """Counts the failed starts of one plugin's module.

    Args:
        plugin: names the plugin in errors.
        file: remembers, for other processes too, that the plugin is in quarantine.
    """

    def __init__(self, plugin: str, file: Path) -> None:
        self._plugin = plugin
        self._file = file
        self._failures = 0
        self._next_try = 0.0

    def check(self) -> None:
        """Let a start be tried.

        Raises:
            PluginQuarantined: it is too soon after the last failed one, or there were too many.
        """
        if self._failures == 0:
            reason = _read(self._file)
            if reason is not None:
                raise self._ended(reason)
            return
        pause_s = self._next_try - monotonic()
        if pause_s > 0:
            raise PluginQuarantined(
                f"plugin {self._plugin}: {self._failures} starts in a row failed",
                hint=f"the next one is tried in {format_duration(round(pause_s, 1) or 0.1)}",
                plugin=self._plugin,
            )

    def failed(self, error: CallError) -> None:
        """Count a failed start."""
        self._failures += 1
        pause_s = FIRST_PAUSE_S * 2 ** (self._failures - 1)
        self._next_try = monotonic() + min(pause_s, LONGEST_PAUSE_S)
        if self._failures >= MOST_FAILURES:
            self._failures = 0
            _write(self._file, str(error))

    def started(self) -> None:
        """Forget the failed starts."""
        self._failures = 0

    def _ended(self, reason: str) -> PluginQuarantined:
        return PluginQuarantined(
            f"plugin {self._plugin} is in quarantine, because it does not start: {reason}",
            hint=f"install a version that works, or try it again with "
            f"`pocket plugins release {self._plugin}`",
            plugin=self._plugin,
        )


def quarantine_file(home: Path, name: str, module_hash: str) -> Path:
    """Give where the quarantine of one version of a plugin is remembered."""
    return home / "quarantine" / f"{name}-{module_hash[:16]}.json"


def quarantined(home: Path) -> dict[str, str]:
    """Give the plugins in quarantine, by name, with the reason."""
    found = {}
    for file in sorted((home / "quarantine").glob("*.json")):
        reason = _read(file)
        if reason is not None:
            found[file.stem.rpartition("-")[0]] = reason
    return found


def release(home: Path, name: str) -> bool:
    """Let a plugin start again; tell whether it was in quarantine."""
    files = list((home / "quarantine").glob(f"{name}-????????????????.json"))
    for file in files:
        file.unlink(missing_ok=True)
    return bool(files)


def _read(file: Path) -> str | None:
    try:
        reason = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, orjson.JSONDecodeError):
        return "its last error was not kept"
    return str(reason)


def _write(file: Path, reason: str) -> None:
    """Remember; where the home cannot be written, each process has to find out for itself."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, temporary = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(fd, "wb") as stream:
            stream.write(orjson.dumps(reason))
        Path(temporary).replace(file)
