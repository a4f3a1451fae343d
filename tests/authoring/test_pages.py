"""The pages of docs/plugins: every command is typed as it stands, and prints what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from cli.conftest import COMMAND, ROOT, Terminal

from pocket.authoring.languages import LANGUAGES

PAGES = ROOT / "docs" / "plugins"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDED = "--- the block is over ---"
OF_ANOTHER_PAGE = {"javascript": "typescript"}


def test_every_language_has_a_page() -> None:
    names = {OF_ANOTHER_PAGE.get(language, language) for language in LANGUAGES}
    assert {page.stem for page in PAGES.glob("*.md")} == names | {"README"}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", sorted(path.stem for path in PAGES.glob("[a-z]*.md")))
def test_the_commands_of_a_page_do_what_it_says(terminal: Terminal, page: str) -> None:
    blocks = _BLOCK.findall((PAGES / f"{page}.md").read_text())
    shells = [text for word, text in blocks if word == "bash"]
    assert len(shells) >= 3
    bin_folder = terminal.folder.parent / "bin"
    bin_folder.mkdir()
    for name, command in (("pocket", COMMAND), ("python", [sys.executable])):
        (bin_folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        (bin_folder / name).chmod(0o755)
    typed = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            "\n".join(f"{text}\necho '{_ENDED}'" for text in shells),
        ],
        cwd=terminal.folder,
        env=terminal.environ
        | {
            "PATH": f"{bin_folder}:{terminal.environ['PATH']}",
            # Where `make` has compiled the same crates already.
            "CARGO_TARGET_DIR": str(ROOT / "target"),
        },
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert typed.returncode == 0, typed.stdout + typed.stderr
    printed = iter(typed.stdout.split(f"{_ENDED}\n"))
    for word, text in blocks:
        if word == "bash":
            said = next(printed)
        elif not word:
            assert said.endswith(text), said
