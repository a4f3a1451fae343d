"""What the command says when its own input or output cannot be used."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli.conftest import COMMAND, Terminal

ECHO = "name: e\nnodes: [{name: a, type: echo}]\n"


@pytest.fixture
def workflow(terminal: Terminal) -> Path:
    file = terminal.folder / "w.yaml"
    file.write_text(ECHO)
    return file


def shell(terminal: Terminal, line: str) -> tuple[int, str]:
    """Run a line of a shell in which `pocket` is the command; give its exit code and stderr."""
    command = " ".join(COMMAND)
    ended = subprocess.run(
        ["bash", "-c", f'pocket() {{ {command} "$@"; }}; {line}'],
        cwd=terminal.folder,
        env=terminal.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.mark.usefixtures("workflow")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pocket run w.yaml > /dev/full", "the output: No space left on device"),
        ("pocket run w.yaml --dry-run > /dev/full", "the output: No space left on device"),
        ("pocket nodes list > /dev/full", "the output: No space left on device"),
        (
            "yes '{}' | head -3 | pocket run w.yaml --lines --replicas 2 > /dev/full",
            "the output: No space left on device",
        ),
        ("pocket run w.yaml --trace /dev/full", "/dev/full: No space left on device"),
        ("pocket run w.yaml > /dev/full --trace t", "the output: No space left on device"),
        ("pocket run w.yaml >&-", "stdout is closed"),
        ("pocket run w.yaml --input - <&-", "stdin is closed"),
        ("pocket run w.yaml --lines <&-", "stdin is closed"),
        ("pocket run w.yaml --input ''", "--input:1:1: Input is a zero-length, empty document"),
    ],
)
def test_what_cannot_be_read_or_written_is_said(terminal: Terminal, line: str, said: str) -> None:
    code, errors = shell(terminal, line)
    assert code == 15
    assert errors.splitlines()[0] == f"error: {said}"
    assert "bug" not in errors
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


@pytest.mark.usefixtures("workflow")
def test_a_reader_that_has_had_enough_is_no_failure(terminal: Terminal) -> None:
    (terminal.folder / "lines").write_text("{}\n" * 3000)
    lines = "set -o pipefail; pocket run w.yaml --lines --input @lines"
    assert shell(terminal, f"{lines} | head -1") == (0, "")
    assert shell(terminal, f"{lines} --replicas 2 | head -1") == (0, "")
    (terminal.folder / "w.yaml").write_text(
        "name: e\nnodes: [{name: a, type: template, config: {template: "
        "'{{range .}}{{.}}{{.}}{{.}}{{end}}'}}]\n"
    )
    (terminal.folder / "i").write_text('["' + "x" * 1_000_000 + '"]')
    assert shell(terminal, "set -o pipefail; pocket run w.yaml -i @i | head -c 9") == (0, "")
