"""What an author types, from nothing to a node in a workflow, in every language there is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.conftest import ROOT, Terminal

from pocket.authoring.languages import LANGUAGES
from pocket.authoring.scaffold import TEMPLATES

# Where `make` has compiled the same crates already.
SHARED = {"CARGO_TARGET_DIR": str(ROOT / "target")}
UNIT_TESTS = {
    "typescript": ("npm", "test"),
    "javascript": ("npm", "test"),
    "rust": ("cargo", "test"),
    "python": (sys.executable, "-m", "pytest"),
    "go": ("go", "test", "./..."),
    "c": ("make", "test"),
    "cpp": ("make", "test"),
    "assemblyscript": ("npm", "test"),
}
WORKFLOW = """\
name: louder
nodes:
  - name: say
    type: word-count
    config:
      marks: 2
"""


def walk(terminal: Terminal, *lines: str) -> str:
    """Type lines that all have to succeed; gives what the last one printed."""
    printed = ""
    for line in lines:
        ended = terminal.run(*line.split(), **SHARED)
        assert (ended.returncode, ended.stderr) == (0, ""), line
        printed = ended.stdout
    return printed


def test_every_language_has_a_template_and_every_template_a_language() -> None:
    assert {folder.name for folder in TEMPLATES.iterdir()} == set(LANGUAGES) == set(UNIT_TESTS)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_plugin_is_built_tested_packaged_installed_and_runs(
    terminal: Terminal, language: str
) -> None:
    terminal.timeout_s = 400
    made = walk(terminal, f"plugins new word-count --lang {language}")
    outside, terminal.folder = terminal.folder, terminal.folder / "word-count"
    typed = [line.removeprefix("  pocket ") for line in made.splitlines() if "  pocket " in line]
    assert typed[0] == "plugins build"
    assert typed[-1] == "plugins install word-count.tar.gz"
    walk(terminal, *typed, "plugins validate .")

    (outside / "workflow.yaml").write_text(WORKFLOW)
    terminal.folder = outside
    ran = terminal.run("run", "workflow.yaml", "--input", '{"text": "hello"}')
    assert json.loads(ran.stdout) == {"text": "HELLO!!"}
    wrong = terminal.run("run", "workflow.yaml", "--input", '{"text": 1}')
    assert wrong.returncode == 21

    unit = subprocess.run(
        UNIT_TESTS[language],
        cwd=outside / "word-count",
        env=terminal.environ | SHARED,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert unit.returncode == 0, unit.stdout + unit.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_template_is_left_to_fill_in(terminal: Terminal, language: str) -> None:
    walk(terminal, f"plugins new word-count --lang {language}")
    folder = terminal.folder / "word-count"
    files = [path for path in folder.rglob("*") if path.is_file() and "sdk" not in path.parts]
    names = {path.relative_to(folder).as_posix() for path in files}
    assert names >= {"manifest.yaml", "README.md", ".gitignore", ".github/workflows/plugin.yml"}
    assert not [name for name in names if re.search(r"(^|/)_", name)]
    for file in files:
        assert not re.search(r"\{\{[A-Z]", file.read_text()), file


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("example", ["sentiment", "statistics", "wordcount", "slugify"])
def test_the_examples_of_the_repository_are_built_by_it_too(
    terminal: Terminal, example: str, tmp_path: Path
) -> None:
    terminal.timeout_s = 400
    # Beside its SDK, as in the repository, which no test may change.
    (tmp_path / "sdk").symlink_to(ROOT / "sdk")
    folder = terminal.folder = tmp_path / "examples" / "plugins" / example
    copy_sources(ROOT / "examples" / "plugins" / example, folder)
    walk(terminal, "plugins build")
    assert "0 failed" in walk(terminal, "plugins test")


def copy_sources(source: Path, to: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=source, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes((source / name).read_bytes())


@pytest.mark.parametrize("language", ["javascript", "assemblyscript"])
def test_the_sdk_of_a_new_plugin_is_what_npm_would_publish(
    terminal: Terminal, language: str
) -> None:
    walk(terminal, f"plugins new word-count --lang {language}")
    [tarball] = (terminal.folder / "word-count" / "sdk").iterdir()
    packed = subprocess.run(
        ["tar", "-tzf", tarball],
        capture_output=True,
        text=True,
        check=True,
    )
    published = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--ignore-scripts"],
        cwd=ROOT / "sdk" / language,
        env=os.environ | {"npm_config_loglevel": "error"},
        capture_output=True,
        text=True,
        check=True,
    )
    [listing] = json.loads(published.stdout)
    assert packed.stdout.split() == sorted(f"package/{file['path']}" for file in listing["files"])
