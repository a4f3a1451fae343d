"""How long the command takes to start."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Any

NAME = "command"
TIMES = 30
ECHO = "name: echo\nnodes:\n  - {name: say, type: echo, config: {message: hello}}\n"
TARGETS_MS = {
    "python -c pass": None,
    "pocket --help": 100,
    "pocket p<TAB>": 100,
    "pocket run echo.yaml": 150,
}
_TAB = {"_POCKET_COMPLETE": "complete_bash", "COMP_WORDS": "pocket p", "COMP_CWORD": "1"}


def measure() -> dict[str, Any]:
    """Time each command from its start to its end, in turns."""
    found: dict[str, list[float]] = {name: [] for name in TARGETS_MS}
    # Without the files of compiled Python every start would compile it again.
    environ = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "echo.yaml").write_text(ECHO, encoding="utf-8")
        pocket = [sys.executable, "-m", "pocket.cli.main"]
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "pocket --help": [*pocket, "--help"],
            "pocket p<TAB>": pocket,
            "pocket run echo.yaml": [*pocket, "run", "echo.yaml"],
        }
        for turn in range(TIMES + 2):
            for name, command in commands.items():
                env = environ | _TAB if name.endswith("<TAB>") else environ
                begun = perf_counter_ns()
                subprocess.run(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, check=True)
                if turn >= 2:
                    found[name].append((perf_counter_ns() - begun) / 1e6)
    return found


def table(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of a table."""
    rows = [
        f"| `{name}` | {taken['min']:.0f} | {taken['p50']:.0f} | {taken['p90']:.0f} | "
        f"{TARGETS_MS[name] or ''} |"
        for name, taken in found.items()
    ]
    head = ("| command | min ms | p50 ms | p90 ms | target ms |", "|---|---|---|---|---|")
    return ["## Start of the command", "", *head, *rows]
