"""`pocket plugins package`: the same bytes every time, and nothing that would not install."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tarfile
from pathlib import Path

import pytest
from cli.conftest import Terminal
from guests.build import guest, plugin_folder

from pocket.plugin.module import custom_section, split_module

VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.fixture
def folder(terminal: Terminal) -> Path:
    return plugin_folder(terminal.folder, "echo-it", wasm=guest("echo"))


def test_a_package_is_the_same_bytes_whenever_and_wherever_it_is_made(
    terminal: Terminal, folder: Path
) -> None:
    first = terminal.run("plugins", "package", "echo-it")
    package = terminal.folder / "echo-it.tar.gz"
    data = package.read_bytes()
    size, sha256 = first.stdout.splitlines()
    assert size.startswith("wrote echo-it.tar.gz, ")
    assert sha256 == f"SHA-256 {hashlib.sha256(data).hexdigest()}"

    for name in ("manifest.yaml", "plugin.wasm"):
        os.utime(folder / name, (1, 1))
        (folder / name).chmod(0o600)
    terminal.folder = folder
    again = terminal.run("plugins", "package", "--to", "other-name.tar.gz", "-o", "json")
    assert (folder / "other-name.tar.gz").read_bytes() == data
    assert json.loads(again.stdout) == {
        "file": "other-name.tar.gz",
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def test_a_package_has_nothing_but_what_runs_and_tells_nothing_of_who_made_it(
    terminal: Terminal, folder: Path
) -> None:
    (folder / ".env").write_text("SECRET=1")
    assert terminal.run("plugins", "package", "echo-it").returncode == 0
    package = terminal.folder / "echo-it.tar.gz"
    assert package.stat().st_mode & 0o777 == 0o644
    with tarfile.open(package) as tar:
        members = [(m.name, m.mode, m.uid, m.gid, m.uname, m.gname, m.mtime) for m in tar]
    assert members == [(name, 0o644, 0, 0, "", "", 0) for name in ("manifest.yaml", "plugin.wasm")]
    # Neither a time nor the file's name stands in gzip's header.
    assert package.read_bytes()[3:8] == bytes(5)


@pytest.mark.usefixtures("folder")
def test_a_package_installs_by_the_hash_that_was_printed(terminal: Terminal) -> None:
    printed = terminal.run("plugins", "package", "echo-it").stdout
    sha256 = printed.split()[-1]
    ended = terminal.run("plugins", "install", "echo-it.tar.gz", "--sha256", sha256)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(("name", "exit_code"), [("missing_call", 14), ("exit_in_initialize", 22)])
def test_a_plugin_that_would_not_start_is_not_packed(
    terminal: Terminal, name: str, exit_code: int
) -> None:
    plugin_folder(terminal.folder, "broken", wasm=guest(name))
    package = terminal.folder / "broken.tar.gz"
    package.write_text("the last one that worked")
    ended = terminal.run("plugins", "package", "broken")
    assert ended.returncode == exit_code
    assert package.read_text() == "the last one that worked"
    assert len(list(terminal.folder.iterdir())) == 2


@pytest.mark.usefixtures("folder")
def test_a_place_that_cannot_be_written_is_named(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "package", "echo-it", "--to", "nowhere/x.tar.gz")
    assert (ended.returncode, ended.stderr) == (
        17,
        "error: nowhere/x.tar.gz: No such file or directory\n",
    )


@pytest.fixture
def named(terminal: Terminal) -> bytes:
    """The module of the plugin `named`, with names and lines of files that are in no folder."""
    # What the module does is no matter; a package is of one that starts.
    symbols = split_module((VECTORS / "lines.wasm").read_bytes(), "lines.wasm").symbols
    assert symbols is not None
    return guest("echo") + symbols.sections[8:]


def renamed(wasm: bytes, path: bytes) -> bytes:
    """Give the file of the lines another name."""
    start = wasm.index(b"\x0b.debug_line") - 2
    end = start + 2 + (wasm[start] & 0x7F | wasm[start + 1] << 7)
    lines = bytearray(wasm[start + 14 : end])
    for at in (0, 6):  # how long the program is, and its head
        (size,) = struct.unpack_from("<I", lines, at)
        struct.pack_into("<I", lines, at, size + len(path) - len(b"lines.c"))
    section = custom_section(".debug_line", lines.replace(b"lines.c\0", path + b"\0"))
    return wasm[: start - 1] + section + wasm[end:]


def packed(terminal: Terminal, wasm: bytes) -> bytes:
    plugin_folder(terminal.folder, "named", wasm=wasm)
    ended = terminal.run("plugins", "package", "named")
    assert (ended.returncode, ended.stderr) == (0, "")
    return module_of(terminal)


def module_of(terminal: Terminal) -> bytes:
    with tarfile.open(terminal.folder / "named.tar.gz") as tar:
        module = tar.extractfile("plugin.wasm")
        assert module is not None
        return module.read()


def test_a_package_has_the_names_of_functions_and_the_author_s_lines_alone(
    terminal: Terminal, named: bytes
) -> None:
    module = packed(terminal, named)
    assert b"__pocket_call" in module[len(guest("echo")) :]
    assert b"lines.c" in module
    assert b".debug_line" in module
    # The compiler that made it, the folder that it was in, what no stack needs.
    assert b"clang" in named
    assert b"clang" not in module
    assert b".debug_ranges" not in module


def test_an_absolute_path_is_shortened_to_the_one_from_the_plugin_s_folder(
    terminal: Terminal, named: bytes
) -> None:
    folder = str((terminal.folder / "named").resolve()).encode()
    module = packed(terminal, renamed(named, folder + b"/src/a.c"))
    assert b"src/a.c" in module
    assert folder not in module


def test_a_package_whose_lines_are_of_other_folders_says_so(
    terminal: Terminal, named: bytes
) -> None:
    plugin_folder(terminal.folder, "named", wasm=renamed(named, b"/home/somebody/a.c"))
    ended = terminal.run("plugins", "package", "named")
    assert ended.returncode == 0
    assert ended.stderr.splitlines()[0].startswith(
        "warning: named/plugin.wasm: no line in its debug information is of a file in "
    )
    assert b".debug_" not in module_of(terminal)
    assert b"__pocket_call" in module_of(terminal)
