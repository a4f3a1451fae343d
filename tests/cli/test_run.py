"""`pocket run`: one run or many, its limits, its trace, and what a terminal shows meanwhile."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pocket.errors import InvalidWorkflow, NodeError, RunTimeout

Pocket = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = [sys.executable, "-m", "pocket.cli.main"]

STEPS = """\
name: steps
description: Two steps
version: "1.2"
metadata: {team: blue}
nodes:
  - {name: greet, type: template, config: {template: "Hello {{.name}}"}}
  - {name: parse, type: template, config: {template: "{{.}}", output_format: json}, retry: {}}
"""

ABOUT = {"description": "Two steps", "version": "1.2", "metadata": {"team": "blue"}}


@pytest.fixture
def pocket(tmp_path: Path) -> Pocket:
    """Runs the command in a folder of its own."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=os.environ | {"POCKET_HOME": str(tmp_path / "home")},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], None]:
    return lambda text: (tmp_path / "w.yaml").write_text(text) and None


def test_a_run_prints_the_output_of_its_last_node(pocket: Pocket, write):
    write("name: w\nnodes: [{name: a, type: template, config: {template: 'Hello {{.name}}'}}]")
    done = pocket("run", "w.yaml", "--input", '{"name": "Ada"}')
    assert (done.returncode, done.stdout, done.stderr) == (0, "Hello Ada\n", "")


def test_a_trace_has_a_line_for_every_step(pocket: Pocket, write, tmp_path):
    write(STEPS)
    done = pocket("run", "w.yaml", "-i", '{"name": "Ada"}', "--trace", "trace.jsonl")
    assert done.returncode == NodeError.exit_code
    lines = [json.loads(line) for line in (tmp_path / "trace.jsonl").read_text().splitlines()]
    workflow = {"name": "steps", **ABOUT}
    assert all(line["workflow"] == workflow for line in lines)
    told = [(line["run"], line["step"], line["node"], line["outcome"]) for line in lines]
    assert told == [(1, 1, "greet", "ok"), (1, 2, "parse", "node-error")]
    assert lines[0]["error"] is None
    assert lines[1]["error"].startswith("the rendered text is not JSON")
    assert lines[1]["attempts"] == 1
    assert all(line["duration_us"] >= 0 and line["time"].endswith("+00:00") for line in lines)


def test_a_dry_run_shows_what_the_file_says_of_itself(pocket: Pocket, write):
    write(STEPS)
    shown = pocket("run", "w.yaml", "--dry-run").stdout
    said = "description: Two steps\nversion: '1.2'\nmetadata:\n  team: blue\n"
    assert shown.startswith(f"steps: valid, starts with greet\n{said}NODE")
    shown = json.loads(pocket("run", "w.yaml", "--dry-run", "-o", "json").stdout)
    assert {name: shown[name] for name in ABOUT} == ABOUT


def test_a_trace_tells_the_lines_of_a_batch_apart(pocket: Pocket, write, tmp_path):
    write("name: w\nnodes: [{name: a, type: echo}]")
    done = pocket("run", "w.yaml", "--lines", "--trace", "trace.jsonl", stdin="1\n\n2\n")
    assert done.returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "trace.jsonl").read_text().splitlines()]
    assert [(line["run"], line["step"]) for line in lines] == [(1, 1), (3, 1)]


def test_a_trace_that_cannot_be_written_is_said_before_anything_runs(pocket: Pocket, write):
    write("name: w\nnodes: [{name: a, type: echo}]")
    done = pocket("run", "w.yaml", "--trace", "no/such/folder")
    assert done.stdout == ""
    assert "no/such/folder: No such file or directory" in done.stderr


def test_a_run_ends_at_its_time_limit(pocket: Pocket, write):
    write("name: w\nnodes: [{name: nap, type: delay, config: {duration: 1h}}]")
    started_s = time.monotonic()
    done = pocket("run", "w.yaml", "--timeout", "200ms")
    assert time.monotonic() - started_s < 20
    assert done.returncode == RunTimeout.exit_code
    assert "error: node 'nap': the run took longer than 200ms" in done.stderr


def test_a_time_limit_that_is_none_is_wrong_usage(pocket: Pocket, write):
    write("name: w\nnodes: [{name: a, type: echo}]")
    done = pocket("run", "w.yaml", "--timeout", "soon")
    assert done.returncode == 2
    assert "'soon' is not a duration" in done.stderr


def test_attempts_are_shown_on_request(pocket: Pocket, write):
    write(
        "name: w\nnodes: [{name: a, type: delay, config: {duration: 1h}, timeout: 20ms, "
        "retry: {delay: 1ms}, fallback: {output: gave up}}]"
    )
    done = pocket("run", "w.yaml", "-v")
    assert done.stdout == "gave up\n"
    assert "node-timeout, 3 attempts" in done.stderr


def test_warnings_are_errors_on_request(pocket: Pocket, write):
    write("name: w\nnodes: [{name: a, type: router, config: {routes: {x: nowhere}}}]")
    assert "warning: w.yaml:2:" in pocket("run", "w.yaml").stderr
    assert pocket("run", "w.yaml", "--strict", "--dry-run").returncode == InvalidWorkflow.exit_code


def on_a_terminal(tmp_path: Path, *arguments: str) -> tuple[str, str]:
    """Run with stderr on a terminal; give stdout, and what the terminal showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=tmp_path,
        env=os.environ | {"POCKET_HOME": str(tmp_path / "home"), "TERM": "xterm", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as child:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not part:
                break
            shown += part
        assert child.stdout is not None
        stdout = child.stdout.read()
        assert child.wait(timeout=60) == 0
    os.close(ours)
    return stdout, shown.decode()


def test_a_terminal_shows_which_node_a_long_run_is_at(write, tmp_path):
    write(
        "name: w\nnodes:\n"
        "  - {name: 'nap [/red]', type: delay, config: {duration: 1600ms}}\n"
        "  - {name: end, type: template, config: {template: done}}\n"
    )
    stdout, shown = on_a_terminal(tmp_path, "run", "w.yaml")
    assert stdout == "done\n"
    assert "step 1: nap [/red]" in shown


def test_a_terminal_shows_nothing_of_a_short_run(write, tmp_path):
    write("name: w\nnodes: [{name: a, type: echo}]")
    assert on_a_terminal(tmp_path, "run", "w.yaml")[1] == ""
