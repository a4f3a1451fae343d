"""What the kernel has counted for a process (proc(5))."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Counters(NamedTuple):
    """Counted since a process began."""

    cpu_ns: int
    page_faults: int
    switches: int


def counters(pid: int) -> Counters:
    """Read a process's counters; the process is best asleep, or its last moments are missing.

    Raises:
        OSError: there is no such process.
    """
    folder = Path(f"/proc/{pid}")
    # The name of the program may hold blanks; what follows it begins with field 3.
    stat = (folder / "stat").read_bytes().rpartition(b")")[2].split()
    status = _fields(folder / "status")
    cpu_ns = int((folder / "schedstat").read_bytes().split()[0])
    faults = int(stat[9 - 2]) + int(stat[11 - 2])
    switches = status["voluntary_ctxt_switches"] + status["nonvoluntary_ctxt_switches"]
    return Counters(cpu_ns, faults, switches)


class Memory(NamedTuple):
    """Resident memory of a process, in bytes."""

    private_bytes: int
    """Goes when the process goes; pages of files are in memory once for all workers."""
    peak_bytes: int
    """The most that was resident at once, pages of files with it."""


def memory(pid: int) -> Memory:
    """Read a process's memory.

    Raises:
        OSError: there is no such process.
    """
    folder = Path(f"/proc/{pid}")
    status = _fields(folder / "status")
    try:
        private_kib = _fields(folder / "smaps_rollup")["Private_Dirty"]
    except PermissionError:
        # Nobody but root may look into a worker; this one counts the same, if less exactly.
        private_kib = status["RssAnon"]
    return Memory(private_kib * 1024, status["VmHWM"] * 1024)


def _fields(file: Path) -> dict[str, int]:
    """Give the numbers of a file whose lines are `Name: number ...`."""
    found = {}
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdigit():
            found[name] = int(words[0])
    return found
