"""The system calls of a process, counted while something is done."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_ROW: Final = re.compile(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", re.MULTILINE)
_EVENT: Final = "syscalls:sys_enter_"
_COUNT: Final = re.compile(r"^(\d+),[^,]*,([^,]+),", re.MULTILINE)


class NotCounted(Exception):
    """System calls cannot be counted here; the message says why."""


def count_system_calls(pid: int, work: Callable[[], None]) -> Mapping[str, int]:
    """Count the system calls of a process by name while `work` runs, which it does twice.

    strace(1) finds out which there are, but makes everything many times slower, so that both sides
    wait and look at clocks more often. Where perf(1) works it counts these, and slows nothing.

    Raises:
        NotCounted: strace is missing, or may not look at the process.
    """
    traced = _by_strace(pid, work)
    counted = count_events(pid, work, [_EVENT + name for name in traced])
    return {name.removeprefix(_EVENT): count for name, count in counted.items()} or traced


def _by_strace(pid: int, work: Callable[[], None]) -> Mapping[str, int]:
    strace = shutil.which("strace")
    if strace is None:
        raise NotCounted("strace is not installed")
    with TemporaryDirectory(prefix="pocket-") as folder:
        report = Path(folder) / "counts"
        command = [strace, "-c", "-o", str(report), "-p", str(pid)]
        with _beside(command) as tracer:
            assert tracer.stderr
            line = tracer.stderr.readline()
            if "attached" not in line:
                said = line.strip().removeprefix("strace: ")
                raise NotCounted(said or "strace does not work here")
            work()
        rows = _ROW.findall(report.read_text(encoding="utf-8"))
        return {name: int(count) for count, name in rows if name != "total"}


def count_events(pid: int, work: Callable[[], None], events: Iterable[str]) -> dict[str, int]:
    """Have perf count events of a process while `work` runs; none where it cannot."""
    perf = shutil.which("perf")
    if perf is None:
        return {}
    (commands, say), (hear, answers) = os.pipe(), os.pipe()
    try:
        control = f"fd:{commands},{answers}"
        command = [perf, "stat", "-x", ",", "-D", "-1", "--control", control]
        command += ["-p", str(pid), "-e", ",".join(events)]
        with _beside(command, commands, answers) as counter:
            os.close(answers)
            answers = -1
            for word in ("enable", "disable"):
                os.write(say, f"{word}\n".encode())
                if not os.read(hear, 16):
                    return {}  # perf has ended: it may not count here
                if word == "enable":
                    work()
            counter.send_signal(signal.SIGINT)
            said = counter.communicate()[1]
    finally:
        for fd in (commands, say, hear, answers):
            if fd >= 0:
                os.close(fd)
    return {name: int(count) for count, name in _COUNT.findall(said) if count != "0"}


@contextmanager
def _beside(command: list[str], *fds: int) -> Iterator[subprocess.Popen[str]]:
    """Run a program meanwhile, and end it as Ctrl-C would."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=fds,
        # Ctrl-C is for this process, which then ends the other.
        process_group=0,
    ) as program:
        try:
            yield program
        finally:
            with suppress(ProcessLookupError):
                program.send_signal(signal.SIGINT)
            if program.stderr and not program.stderr.closed:
                program.communicate()
