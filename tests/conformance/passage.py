"""How a long stream goes through a plugin: how fast, and in how much memory on both sides."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pocket

MIB = 1 << 20


@dataclass(frozen=True)
class Passage:
    """One stream.

    Attributes:
        megabytes_per_s: of what came out.
        worker_peak_bytes: the most private memory that the worker was seen with.
        worker_growth_bytes: how much of that came after the first sixteenth of the stream.
        host_growth_bytes: how far above its first size this process was at most.
    """

    out_bytes: int
    megabytes_per_s: float
    worker_peak_bytes: int
    worker_growth_bytes: int
    host_growth_bytes: int

    def __str__(self) -> str:
        worker, host = self.worker_peak_bytes >> 10, self.host_growth_bytes >> 10
        return f"{self.megabytes_per_s:.0f} MB/s, worker {worker} KiB, host +{host} KiB"


def blocks(count: int, size: int = MIB) -> Iterator[bytes]:
    """Give blocks that are all the same random bytes."""
    block = os.urandom(size)
    return (block for _ in range(count))


def pass_through(plugin: pocket.Plugin, node: str, mebibytes: int) -> Passage:
    """Send so much through a node that writes as much as it reads."""
    plugin.stream(node, blocks(4)).result()
    pid = plugin.pid
    assert pid is not None
    # From here on the peak is that of the stream; proc(5).
    Path("/proc/self/clear_refs").write_text("5")
    host_before = _peak_bytes()
    out = early = peak = 0
    begun = time.monotonic()
    for index, chunk in enumerate(plugin.stream(node, blocks(mebibytes))):
        out += len(chunk)
        if index % 64 == 0:
            peak = max(peak, _private_bytes(pid))
            if out <= mebibytes * MIB // 16:
                early = peak
    took_s = time.monotonic() - begun
    return Passage(out, out / took_s / 1e6, peak, peak - early, _peak_bytes() - host_before)


def _peak_bytes() -> int:
    [peak_kb] = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(peak_kb) << 10


def _private_bytes(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) << 10 for kb in re.findall(r"Private_\w+:\s+(\d+)", text))
