"""`pocket plugins new`: what it refuses, and that it then leaves everything as it was."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.conftest import ROOT, Terminal

from pocket.authoring import scaffold
from pocket.errors import InvalidInput

NO_NAMES = [
    "",
    "Word",
    "word_count",
    "word--count",
    "-word",
    "word-",
    "../word",
    "a/b",
    "wörd",
    "word count",
    "a" * 65,
    "word\n",
    "{{NAME}}",
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_name_that_no_manifest_may_have_is_refused(terminal: Terminal, name: str) -> None:
    ended = terminal.run("plugins", "new", "--lang", "rust", "--", name)
    assert ended.returncode == 15
    assert ended.stderr.startswith("error: ")
    assert "like word-count" in ended.stderr
    assert not list(terminal.folder.iterdir())


@pytest.mark.parametrize("name", ["1", "2fast", "self", "test", "plugin-sdk", "a" * 64])
def test_a_name_that_cargo_alone_minds_is_taken(terminal: Terminal, name: str) -> None:
    assert terminal.run("plugins", "new", name, "--lang", "rust").returncode == 0
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version=1", "--offline"],
        cwd=terminal.folder / name,
        capture_output=True,
        text=True,
        check=False,
    )
    assert metadata.returncode == 0, metadata.stderr


@pytest.mark.parametrize("name", ["1", "main", "plugin", "test", "a" * 64])
def test_a_name_that_go_alone_minds_is_taken(terminal: Terminal, name: str) -> None:
    assert terminal.run("plugins", "new", name, "--lang", "go").returncode == 0
    vetted = subprocess.run(
        ["go", "vet", "."],
        cwd=terminal.folder / name,
        capture_output=True,
        text=True,
        check=False,
    )
    assert vetted.returncode == 0, vetted.stderr


def test_a_name_of_a_built_in_node_is_refused(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "new", "echo", "--lang", "rust")
    assert ended.returncode == 15
    assert "node type of Pocket itself" in ended.stderr


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_what_exists_is_left_as_it_is(terminal: Terminal, kind: str) -> None:
    there = terminal.folder / "word-count"
    if kind == "folder":
        there.mkdir()
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(terminal.folder / "nowhere")
    ended = terminal.run("plugins", "new", "word-count", "--lang", "rust")
    assert ended.returncode == 15
    assert ended.stderr == (
        "error: word-count: exists already, and is left as it is\n\n"
        "hint: take another name, or remove it first\n"
    )
    assert [path.name for path in terminal.folder.rglob("*")] == ["word-count"]


def test_an_unknown_language_is_answered_with_a_known_one(terminal: Terminal) -> None:
    near = terminal.run("plugins", "new", "x", "--lang", "typscript")
    assert (near.returncode, near.stderr) == (
        15,
        "error: --lang 'typscript' is not known\n\nhint: did you mean 'typescript'?\n",
    )
    far = terminal.run("plugins", "new", "x", "--lang", "cobol")
    assert (
        "it can be typescript, javascript, rust, python, go, c, cpp, assemblyscript" in far.stderr
    )


def test_without_a_language_it_names_them_all(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "new", "x")
    assert (ended.returncode, ended.stderr) == (
        15,
        (
            "error: --lang is missing\n\nhint: it can be assemblyscript, c, cpp, go, javascript, "
            "python, rust, typescript\n"
        ),
    )


def test_without_an_sdk_it_says_where_to_get_one(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "new", "x", "--lang", "rust", "--sdk", "nowhere")
    assert (ended.returncode, ended.stderr) == (
        15,
        (
            "error: nowhere/rust: there is no SDK here\n\n"
            "hint: get Pocket's repository and name its folder: --sdk path/to/pocket/sdk\n"
        ),
    )
    assert not list(terminal.folder.iterdir())


def test_an_installation_without_an_sdk_says_how_to_get_one_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaffold, "_SDKS", (tmp_path / "nowhere",))
    with pytest.raises(InvalidInput, match="without the SDK of javascript") as caught:
        scaffold.create("x", "typescript", into=tmp_path, sdk=None, taken=())
    assert "make plugins" in (caught.value.hint or "")
    assert not list(tmp_path.iterdir())


def test_the_sdk_that_came_with_pocket_goes_before_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = tmp_path / "shipped"
    shutil.copytree(ROOT / "sdk" / "c", shipped / "c")
    (shipped / "c" / "pocket.h").write_text("// shipped")
    monkeypatch.setattr(scaffold, "_SDKS", (shipped, ROOT / "sdk"))
    folder = scaffold.create("x", "c", into=tmp_path, sdk=None, taken=())
    assert (folder / "sdk" / "pocket.h").read_text() == "// shipped"
    # Of what was not shipped, that of the checkout.
    assert scaffold.create("y", "rust", into=tmp_path, sdk=None, taken=()).is_dir()


def test_an_sdk_that_is_not_built_is_named_with_the_command_that_builds_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "sdk" / "javascript").mkdir(parents=True)
    ended = terminal.run("plugins", "new", "x", "--lang", "javascript", "--sdk", "../sdk")
    assert (ended.returncode, ended.stderr) == (
        15,
        "error: ../sdk/javascript: the SDK is not built\n\nhint: run `make -C ../sdk/javascript`\n",
    )


def test_a_folder_that_is_no_sdk_is_named(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "sdk" / "rust").mkdir(parents=True)
    ended = terminal.run("plugins", "new", "x", "--lang", "rust", "--sdk", "../sdk")
    assert (ended.returncode, ended.stderr) == (
        15,
        "error: ../sdk/rust/Cargo.toml: No such file or directory\n",
    )
    assert not list(terminal.folder.iterdir())


def test_another_sdk_can_be_named(terminal: Terminal) -> None:
    sdk = str(ROOT / "sdk")
    ended = terminal.run("plugins", "new", "x", "--lang", "rust", "--sdk", sdk, "-o", "json")
    assert json.loads(ended.stdout) == {"folder": str(terminal.folder / "x"), "language": "rust"}
    assert (terminal.folder / "x" / "sdk" / "src" / "lib.rs").exists()


def test_what_pip_compiled_of_a_template_goes_into_no_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(scaffold.TEMPLATES, tmp_path / "templates")
    compiled = tmp_path / "templates" / "python" / "src" / "__pycache__"
    compiled.mkdir(exist_ok=True)
    (compiled / "plugin.pyc").write_bytes(b"\xff")
    monkeypatch.setattr(scaffold, "TEMPLATES", tmp_path / "templates")
    folder = scaffold.create("x", "python", into=tmp_path, sdk=None, taken=())
    assert not list(folder.rglob("__pycache__"))
    assert (folder / "src" / "plugin.py").exists()
