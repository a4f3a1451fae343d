"""docs/tutorial.md, tried word for word in an empty folder."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cli.conftest import Terminal

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    file: str
    text: str


def blocks() -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall(TUTORIAL.read_text())]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Give each command of a block, and what the page says that it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


def test_every_command_prints_what_the_page_says(terminal: Terminal) -> None:
    start = f'pocket() {{ "{sys.executable}" -m pocket.cli.main "$@"; }}\nPOCKET="{ROOT}"\n'
    tried = 0
    for block in blocks():
        if block.language == "yaml":
            (terminal.folder / block.file).write_text(block.text)
            continue
        assert block.language == "console"
        script, expected = start, ""
        for number, (command, printed) in enumerate(commands(block.text)):
            script += f"{command}\nstatus=$?; echo '--- {number}'; (exit $status)\n"
            expected += f"{printed}--- {number}\n"
            tried += 1
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=terminal.folder,
            env=terminal.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.stdout == expected
    assert tried == 15
    assert (terminal.folder / "run.svg").read_text().startswith("<svg")


def test_every_link_of_the_page_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TUTORIAL.read_text()):
        assert (TUTORIAL.parent / target).exists(), target
