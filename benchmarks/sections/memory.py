"""Private memory of idle workers, and calls among many of them."""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from peers.peer import NUMBERS, timed

import pocket
from sections.cold_start import CASES, PLUGINS

NAME = "memory"
COUNTS = (1, 10, 100, 1000)


def measure() -> dict[str, Any]:
    """Measure the private memory of one worker a language, and calls among up to 1,000 workers."""
    found: dict[str, Any] = {"private_kib": {}, "among_us": {}}
    os.sync()  # pages of a worker that was just built would count as dirty
    with pocket.Host() as host:
        for name, (folder, node, value) in CASES.items():
            plugin = host.load(PLUGINS / folder)
            for _ in range(100):
                plugin.call(node, value)
            found["private_kib"][name] = private_kib(plugin.pid or 0)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for count in COUNTS:
        hosts = [pocket.Host() for _ in range(count)]
        plugins = [host.load(PLUGINS / "statistics") for host in hosts]
        for plugin in plugins:
            plugin.call("statistics", NUMBERS)
        samples: list[float] = []
        for _ in range(10):
            samples += timed(lambda: plugins[0].call("statistics", NUMBERS), 200)  # noqa: B023
        found["among_us"][str(count)] = samples
        for host in hosts:
            host.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return found


def private_kib(pid: int) -> int:
    """Give the memory that goes when a process goes (proc(5), smaps_rollup, Private_Dirty).

    Clean pages are those of files, which the kernel has once for all workers, and can drop.
    """
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    lines = [line.split() for line in rollup.splitlines()]
    return sum(int(fields[1]) for fields in lines if fields[0] == "Private_Dirty:")


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of two tables."""
    private = [f"| {name} | {kib:,} |" for name, kib in found["private_kib"].items()]
    among = [f"| {count} | {taken['p50']:.1f} |" for count, taken in found["among_us"].items()]
    return [
        "## Memory of an idle worker",
        "",
        "| plugin | private KiB |",
        "|---|---|",
        *private,
        "",
        "## Calls of one plugin among others that live",
        "",
        "| live plugins | p50 us |",
        "|---|---|",
        *among,
    ]
