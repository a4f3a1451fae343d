"""`pocket plugins call` with --from and --to: a node that works on a stream, on files and pipes."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest
from guests.build import guest, plugin_folder

from cli.conftest import COMMAND, Terminal

CALL = ("plugins", "call", "./copy", "main")
LARGE = b"0123456789abcdef" * (1 << 16)
"""Of more than one chunk."""


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    plugin_folder(terminal.folder, "copy", wasm=guest("stream_copy"))
    plugin_folder(terminal.folder, "echo", wasm=guest("echo"))
    (terminal.folder / "in").write_bytes(LARGE)
    return terminal


def test_a_file_goes_through_a_plugin_into_another(terminal: Terminal) -> None:
    ended = terminal.run(*CALL, "--from", "in", "--to", "out", "--output", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert '"usage"' in ended.stdout
    assert (terminal.folder / "out").read_bytes() == LARGE
    # The same file may be both: it is replaced when it has been read.
    assert terminal.run(*CALL, "--from", "out", "--to", "out").returncode == 0
    assert (terminal.folder / "out").read_bytes() == LARGE


def test_a_pipe_goes_through_a_plugin_into_another(terminal: Terminal) -> None:
    ended = terminal.run(*CALL, "--from", "-", "--to", "-", stdin="abc")
    assert (ended.returncode, ended.stdout) == (0, "abc")
    assert ended.stderr, "the answer is there, as stdout is the stream's"


def test_a_file_is_written_whole_or_not_at_all(terminal: Terminal) -> None:
    (terminal.folder / "out").write_text("old")
    before = {path.name for path in terminal.folder.iterdir()}
    plugin_folder(terminal.folder, "fails", wasm=guest("stream_fails"))
    ended = terminal.run("plugins", "call", "./fails", "main", "--from", "in", "--to", "out")
    assert ended.returncode != 0
    assert (terminal.folder / "out").read_text() == "old"
    assert {path.name for path in terminal.folder.iterdir()} == before | {"fails"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*CALL, "--input", "{}"), 15, "--from FILE --to FILE"),
        (CALL, 2, "--input: missing, as there is no --from and no --to"),
        ((*CALL, "--from", "in"), 15, "the node writes a stream\n\nhint: say where to, with --to"),
        ((*CALL, "--from", "missing"), 15, "missing: No such file or directory"),
        ((*CALL, "--from", "."), 15, ".: Is a directory"),
        ((*CALL, "--from", "in", "--to", "no/out"), 15, "no/out: No such file or directory"),
        ((*CALL, "--from", "in", "--to", "copy"), 15, "copy: it is a folder"),
        ((*CALL, "--from", "-", "--input", "-"), 2, "--input: stdin is what --from reads"),
        (("plugins", "call", "./echo", "main", "--from", "in"), 15, "takes no stream"),
    ],
)
def test_what_is_wrong_with_a_stream_is_said(
    terminal: Terminal, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = terminal.run(*arguments)
    assert said in ended.stderr
    assert (ended.stdout, ended.returncode) == ("", code)


def test_a_terminal_obeys_nothing_that_a_stream_has(terminal: Terminal) -> None:
    (terminal.folder / "in").write_bytes("\x1b[31mZoë\xff".encode("latin-1"))
    mine, its = pty.openpty()
    subprocess.run(
        [*COMMAND, *CALL, "--from", "in", "--to", "-"],
        cwd=terminal.folder,
        env=terminal.environ,
        stdout=its,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    os.close(its)
    shown = os.read(mine, 1000)
    os.close(mine)
    assert shown == b"\\x1b[31mZo\\xeb\\xff"
