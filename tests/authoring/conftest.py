"""The command line as in tests/cli, and a tool that only writes down what it was asked."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.conftest import Terminal, same, terminal
from guests.build import guest

__all__ = ["same", "terminal"]

MANIFEST = """\
name: by-hand
version: 1.0.0
nodes:
  - type: main
"""

_NPM = """\
#!/bin/sh
echo "$1" >> "$0.log"
case $1 in
  run) if [ -p "$0.gate" ]; then sh -c 'echo $$ > "$0.pid"; read -r _ < "$0.gate"' "$0"; fi
       mkdir -p dist && cp "$0.wasm" dist/plugin.wasm ;;
  *) mkdir -p node_modules && : > node_modules/.package-lock.json && : >> package-lock.json ;;
esac
"""


@dataclass
class FakeNpm:
    """Stands for npm on the PATH: its builds give the same module every time."""

    folder: Path

    @property
    def path(self) -> str:
        return f"{self.folder}:{os.environ['PATH']}"

    @property
    def gate(self) -> Path:
        """Where a pipe makes the build wait until something is written to it."""
        return self.folder / "npm.gate"

    def asked(self) -> list[str]:
        """Give the first words of its calls since the last time."""
        log = self.folder / "npm.log"
        words = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return words


@pytest.fixture
def npm(tmp_path: Path) -> FakeNpm:
    folder = tmp_path / "bin"
    folder.mkdir()
    tool = folder / "npm"
    tool.write_text(_NPM)
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    (folder / "npm.wasm").write_bytes(guest("echo"))
    return FakeNpm(folder)


@pytest.fixture
def by_hand(terminal: Terminal) -> Path:
    """A plugin's folder that no template made: a manifest, a package.json and nothing built."""
    folder = terminal.folder / "by-hand"
    folder.mkdir()
    (folder / "manifest.yaml").write_text(MANIFEST)
    (folder / "package.json").write_text('{"scripts": {"build": "make"}}')
    return folder
