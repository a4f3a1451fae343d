"""What the command says when its own input or output cannot be used."""

from __future__ import annotations

import json
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


WARNS = """name: w
nodes:
  - {name: n, type: router, config: {route: "{{.x}}", routes: {a: nope}, default: m}}
  - {name: m, type: exec, config: {command: no-such-command}}
"""


@pytest.mark.parametrize("option", ["-ojson", "-o json", "--output=json", "--output json"])
def test_whatever_is_said_in_json_is_a_line_of_json(terminal: Terminal, option: str) -> None:
    (terminal.folder / "w.yaml").write_text(WARNS)
    ended = terminal.run("run", "w.yaml", *option.split())
    warnings, error = map(json.loads, ended.stderr.splitlines())
    assert [problem["line"] for problem in warnings["warnings"]] == [3]
    assert error["error"]["node"] == "m"
    missing = terminal.run("run", "missing.yaml", *option.split())
    assert json.loads(missing.stderr)["error"]["code"] == "invalid-workflow"


def test_a_trace_does_not_take_the_place_of_its_workflow(
    terminal: Terminal, workflow: Path
) -> None:
    for more in ([], ["--dry-run"], ["--lines"]):
        refused = terminal.run("run", "w.yaml", "--trace", "../folder/w.yaml", *more)
        assert refused.returncode == 2
        assert "that is the workflow itself" in refused.stderr
        assert workflow.read_text() == ECHO


def test_a_dry_run_leaves_an_earlier_trace_alone(terminal: Terminal, workflow: Path) -> None:
    earlier = workflow.with_name("trace.jsonl")
    earlier.write_text("earlier")
    assert terminal.run("run", "w.yaml", "--trace", earlier.name, "--dry-run").returncode == 0
    workflow.write_text("name: [")
    assert terminal.run("run", "w.yaml", "--trace", earlier.name).returncode == 12
    assert earlier.read_text() == "earlier"


@pytest.mark.usefixtures("workflow")
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_results_are_utf_8_whatever_the_locale_says(terminal: Terminal, encoding: str) -> None:
    lines = terminal.run("run", "w.yaml", "--lines", stdin='"Zoë ☃"\n', PYTHONIOENCODING=encoding)
    assert json.loads(lines.stdout)["input"] == "Zoë ☃"
    assert (lines.stderr, lines.returncode) == ("", 0)


def test_a_file_with_a_name_of_odd_bytes_is_named_in_json(terminal: Terminal) -> None:
    name = b"Zo\xeb.yaml".decode(errors="surrogateescape")
    for file in (f"no{name}", name):
        (terminal.folder / name).write_text("no workflow")
        ended = terminal.run("run", file, "--output", "json")
        [problem] = json.loads(ended.stderr)["error"]["problems"]
        assert problem["file"] == file.replace("\udceb", "?")
        assert ended.returncode == 12


@pytest.mark.usefixtures("workflow")
def test_json_has_nothing_that_a_terminal_obeys(terminal: Terminal) -> None:
    odd = "\x1b[31m\x9b31m\x7f\u202e"
    for option in ([], ["--lines"], ["--output", "json"]):
        ended = terminal.run("run", "w.yaml", *option, "--input", "-", stdin=json.dumps(odd))
        assert json.loads(ended.stdout)["input"] == odd
        assert ended.stdout.replace("\n", "").isprintable()
    missing = terminal.run("nodes", "info", odd, "--output", "json")
    assert missing.stderr.strip().isprintable()
    assert json.loads(missing.stderr)["error"]["code"] == "plugin-not-found"


def test_a_variable_that_is_no_text_is_refused_with_its_place(terminal: Terminal) -> None:
    (terminal.folder / "w.yaml").write_text(ECHO.replace("echo", 'echo, config: {message: "${V}"}'))
    ended = terminal.run("run", "w.yaml", V=b"a\xeb".decode(errors="surrogateescape"))
    assert "w.yaml:2:49: nodes[0].config.message: environment variable V is not" in ended.stderr
    assert ended.returncode == 12
