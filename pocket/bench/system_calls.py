"""The system calls of a process, counted by strace(1) while something is done."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_ROW: Final = re.compile(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", re.MULTILINE)


class NotCounted(Exception):
    """System calls cannot be counted here; the message says why."""


def count_system_calls(pid: int, work: Callable[[], None]) -> Mapping[str, int]:
    """Count the system calls of a process by name while `work` runs.

    Everything is many times slower meanwhile, so who looks for a reply without sleeping finds it
    after fewer looks; the calls that do the work are all there.

    Raises:
        NotCounted: strace is missing, or may not look at the process.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise NotCounted("strace is not installed")
    with TemporaryDirectory(prefix="pocket-") as folder:
        report = Path(folder) / "counts"
        with subprocess.Popen(
            [strace, "-c", "-o", str(report), "-p", str(pid)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is for this process, which then ends the other.
            process_group=0,
        ) as tracer:
            try:
                _wait_until_attached(tracer)
                work()
            finally:
                with suppress(ProcessLookupError):
                    tracer.send_signal(signal.SIGINT)
                tracer.communicate()
        rows = _ROW.findall(report.read_text(encoding="utf-8"))
        return {name: int(count) for count, name in rows if name != "total"}


def _wait_until_attached(tracer: subprocess.Popen[str]) -> None:
    assert tracer.stderr
    line = tracer.stderr.readline()
    if "attached" not in line:
        raise NotCounted(line.strip().removeprefix("strace: ") or "strace does not work here")
