"""The real command in a process of its own, with a home and a working folder of its own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
COMMAND = [sys.executable, "-m", "pocket.cli.main"]
MADE_ANEW = "POCKET_UPDATE_SNAPSHOTS"

_VARYING = (
    (re.compile(r'("?(?:wall_us|cpu_us|memory_bytes)"?: )\d+'), r"\1N"),
    (re.compile(r'"took_s":[0-9.]+'), '"took_s":N'),
    (re.compile(r"lines in \S+,"), "lines in TIME,"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"SHA-256 is \w+"), "SHA-256 is HASH"),
    (re.compile(r"\b[0-9.]+(us|ms|s) +(ok|error)\b"), r"TIME \2"),
    (re.compile(r"TIME +OUTCOME"), "TIME OUTCOME"),
)


@dataclass
class Terminal:
    """Runs `pocket` in `folder`, with its plugins in `home`; nothing of it is a terminal."""

    folder: Path
    home: Path
    timeout_s: float = 60

    @property
    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
            kept.pop(name, None)
        return kept | {
            "POCKET_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
        }

    def run(
        self, *arguments: str, stdin: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self.environ | environ,
            timeout=self.timeout_s,
            check=False,
        )

    def session(self, *lines: str, stdin: str = "") -> str:
        """Give what a person would see who types each line after `pocket`."""
        seen = []
        for line in lines:
            ended = self.run(*shlex.split(line), stdin=stdin)
            seen.append(f"$ pocket {line}\n{ended.stdout}{ended.stderr}")
            if ended.returncode:
                seen[-1] += f"[exit {ended.returncode}]\n"
        return self.normal("\n".join(seen))

    def normal(self, text: str) -> str:
        """Replace what differs from run to run."""
        for path, name in ((self.home, "~/.pocket"), (self.folder, "/work"), (ROOT, "/pocket")):
            text = text.replace(str(path), name)
        for pattern, name in _VARYING:
            text = pattern.sub(name, text)
        return text


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Terminal(folder, tmp_path / "home")


@pytest.fixture
def same() -> Callable[[str, str], None]:
    """Compares a text with its snapshot; POCKET_UPDATE_SNAPSHOTS=1 writes it anew."""

    def same(name: str, text: str) -> None:
        file = SNAPSHOTS / f"{name}.txt"
        if os.environ.get(MADE_ANEW):
            file.write_text(text)
        assert text == file.read_text(), f"{MADE_ANEW}=1 takes it as the new {file.name}"

    return same
