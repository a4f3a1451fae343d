"""How the time of a call grows with its input, beside bytes sent through bare pipes and back."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from peers.peer import timed
from peers.plugins import echo_plugin

import pocket

NAME = "payload"
SIZES = (64, 1 << 10, 64 << 10, 1 << 20, 16 << 20)
_ECHO = """
import os
buffer = bytearray(1 << 20)
while True:
    count = os.readv(0, [buffer])
    if not count: break
    sent = memoryview(buffer)[:count]
    while sent: sent = sent[os.write(1, sent):]
"""


def measure() -> dict[str, Any]:
    """Time calls with a text of each size, and the same bytes through two pipes, in turns."""
    found: dict[str, Any] = {"call_us": {}, "pipe_us": {}}
    with tempfile.TemporaryDirectory() as folder, pocket.Host() as host:
        plugin = host.load(echo_plugin(Path(folder)))
        for size in SIZES:
            # This plugin gets its input twice, as one that knows no `run`.
            text = "x" * (size // 2)
            calls, pipes = [], []
            with _Pipe() as pipe:
                for _ in range(5):
                    count = max(1, min(200, (8 << 20) // size))
                    calls += timed(lambda: plugin.call("main", text), count)  # noqa: B023
                    pipes += timed(lambda: pipe.there_and_back(size), count)  # noqa: B023
            found["call_us"][str(size)] = calls
            found["pipe_us"][str(size)] = pipes
    return found


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| {int(size):,} | {calls['p50']:,.0f} | {found['pipe_us'][size]['p50']:,.0f} | "
        f"{calls['p50'] / found['pipe_us'][size]['p50']:.2f} |"
        for size, calls in found["call_us"].items()
    ]
    head = ("| bytes each way | call p50 us | pipes p50 us | ratio |", "|---|---|---|---|")
    return ["## Payload: a text there and back", "", *head, *rows]


class _Pipe:
    """A process that sends back whatever it gets."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        self._data = bytes(max(SIZES))
        return self

    def there_and_back(self, size: int) -> None:
        """Send bytes while those that come back are read."""
        import select

        left, waiting = memoryview(self._data)[:size], size
        while waiting:
            readable, writable, _ = select.select([self._out], [self._in] if left else [], [])
            if writable:
                left = left[os.write(self._in, left) :]
            if readable:
                waiting -= len(os.read(self._out, 1 << 20))

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
