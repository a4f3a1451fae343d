"""What this process holds of the machine: descriptors, threads, children, memory, files."""

from __future__ import annotations

import ctypes
import gc
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MARGIN_BYTES = 48 << 20
"""By how much the host's memory may have grown after a row: two of Python's arenas of caches and
modules that the row was the first to import; any leak of a payload of 64 MB is more."""

_KEPT = (".artifact", ".metadata", ".json")
"""What a home keeps on purpose: the cache, and who is in quarantine."""
_SETTLE_S = 10.0
_libc = ctypes.CDLL(None)


@dataclass(frozen=True, slots=True)
class Footprint:
    """Taken before and after an attack; `leftovers` compares the two."""

    fds: dict[int, str]
    threads: int
    children: frozenset[int]
    rss_bytes: int
    files: frozenset[str]

    @classmethod
    def now(cls, home: Path) -> Footprint:
        gc.collect()
        _libc.malloc_trim(0)
        return cls(
            _fds(), len(list(Path("/proc/self/task").iterdir())), children(), _rss(), _files(home)
        )

    def leftovers(self, before: Footprint) -> list[str]:
        """Say what there is more of than before."""
        said = []
        if len(self.fds) > len(before.fds):
            new = [f"{fd} -> {link}" for fd, link in self.fds.items() if fd not in before.fds]
            said.append(f"open descriptors: {', '.join(new)}")
        if self.threads > before.threads:
            said.append(f"threads: {before.threads} before, {self.threads} now")
        if self.children - before.children:
            said.append(f"processes: {sorted(self.children - before.children)}")
        if self.rss_bytes - before.rss_bytes > MARGIN_BYTES:
            said.append(f"memory: {(self.rss_bytes - before.rss_bytes) >> 20} MB more")
        if self.files - before.files:
            said.append(f"files: {', '.join(sorted(self.files - before.files))}")
        return said


def children() -> frozenset[int]:
    """Give the child processes of every thread, zombies included."""
    found: set[int] = set()
    for file in Path("/proc/self/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            found.update(map(int, file.read_text().split()))
    return frozenset(found)


def forget_peak() -> int:
    """Begin to measure the peak of this process's memory anew; give what it holds now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _rss()


def peak() -> int:
    """Give the most memory that this process has held since."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) << 10


def _fds() -> dict[int, str]:
    found = {}
    for fd in Path("/proc/self/fd").iterdir():
        try:
            found[int(fd.name)] = str(fd.readlink())
        except FileNotFoundError:
            continue  # the descriptor of this very listing
    return found


def _rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def _files(home: Path) -> frozenset[str]:
    kept = (str(file) for file in home.rglob("*") if file.suffix not in _KEPT and file.is_file())
    temporary = (str(file) for file in Path(tempfile.gettempdir()).iterdir())
    core = (str(file) for file in Path().glob("core*"))
    return frozenset((*kept, *temporary, *core))


def settled(before: Footprint, home: Path) -> list[str]:
    """Say what there is more of than before once all has ended, but for memory and kept data."""
    deadline = time.monotonic() + _SETTLE_S
    while True:
        now = Footprint.now(home)
        left = [it for it in now.leftovers(before) if not it.startswith(("memory", "files"))]
        made = (Path(file) for file in now.files - before.files)
        left += [str(it) for it in made if home in it.parents and home / "data" not in it.parents]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)
