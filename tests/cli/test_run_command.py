"""`pocket run`: outputs in each format, dry runs, warnings, batches, and the errors of workflows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable

import pytest
from guests.build import guest, plugin_folder
from guests.javascript import javascript

from cli.conftest import ROOT, Terminal

Same = Callable[[str, str], None]

LOST = """\
name: lost
nodes:
  - {name: first, type: echo}
  - {name: choose, type: conditional, config: {conditions: [{if: "{{true}}", then: end}]}}
  - {name: end, type: echo}
  - {name: never, type: echo}
"""
WRONG = """\
name: wrong
nodes:
  - {name: a, type: ecco}
  - {name: b, type: template, config: {template: "{{.x"}}
  - {name: a, typ: echo}
"""
CIRCLE = """\
name: circle
nodes: [{name: a, type: echo}]
connections: [{from: a, to: a}]
"""
NAP = "await new Promise((go) => setTimeout(go, input)); return input;"
FAILING = """\
name: failing
nodes: [{name: call, type: main}]
"""


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    for name in ("greeting.yaml",):
        shutil.copy(ROOT / "examples" / "workflows" / name, terminal.folder)
    for name, text in (("lost", LOST), ("wrong", WRONG), ("circle", CIRCLE), ("failing", FAILING)):
        (terminal.folder / f"{name}.yaml").write_text(text)
    plugin_folder(terminal.home / "plugins", "trap", wasm=guest("trap"))
    return terminal


def test_a_run_prints_the_output_of_the_last_node(terminal: Terminal, same: Same) -> None:
    same(
        "run",
        terminal.session(
            'run greeting.yaml --input \'{"name": "Ada", "language": "fr"}\'',
            'run greeting.yaml --input \'{"name": "Ada"}\' --output json',
            "run greeting.yaml --input - --output yaml --verbose",
            "run greeting.yaml --dry-run",
            "run greeting.yaml --dry-run --output json",
            stdin='{"name": "Grace", "language": "de"}',
        ),
    )


def test_what_is_wrong_with_a_workflow_is_told_with_its_place(
    terminal: Terminal, same: Same
) -> None:
    same(
        "run_errors",
        terminal.session(
            "run wrong.yaml",
            "run lost.yaml --input 1 --output json",
            "run lost.yaml --strict",
            "run circle.yaml --input 1 --max-steps 20",
            "run failing.yaml --input 1",
            "run failing.yaml --input 1 --output json",
            "run missing.yaml",
            "run greeting.yaml --text-field text",
            "run greeting.yaml --lines --input '{}'",
        ),
    )


def test_a_batch_runs_every_line_and_ends_with_the_code_of_the_first_failure(
    terminal: Terminal, same: Same
) -> None:
    lines = '{"name": "Ada", "language": "fr"}\n\nno json\n{"name": "Grace"}\n[\n'
    same(
        "batch",
        terminal.session(
            "run greeting.yaml --lines",
            "run greeting.yaml --lines --output yaml",
            "run greeting.yaml --lines --output json --input -",
            stdin=lines,
        ),
    )


def test_with_replicas_lines_run_at_once_and_their_results_keep_the_order(
    terminal: Terminal,
) -> None:
    permissions = {"memory": "64MB", "cpu": "2s", "timeout": "10s"}
    plugin_folder(terminal.home / "plugins", "nap", wasm=javascript(NAP), permissions=permissions)
    (terminal.folder / "nap.yaml").write_text("name: nap\nnodes: [{name: nap, type: main}]\n")
    shutil.rmtree(terminal.home / "plugins" / "trap")  # it has a node type of the same name
    lines = "1000\n\nno json\n1\n2\n"
    ended = terminal.run(
        *("run", "nap.yaml", "--lines", "--replicas", "3", "--trace", "trace"), stdin=lines
    )
    assert ended.stdout.splitlines() == ["1000", "1", "2"]
    assert "error: line 3: " in ended.stderr
    assert ended.returncode == 15
    trace = (terminal.folder / "trace").read_text().splitlines()
    assert [json.loads(line)["run"] for line in trace][-1] == 1  # the first ended last


def test_lines_of_text_become_a_field(terminal: Terminal) -> None:
    (terminal.folder / "names.txt").write_bytes("Ada\r\nZoë\n\n".encode())
    arguments = ("run", "greeting.yaml", "--lines", "--text-field", "name", "-i", "@names.txt")
    ended = terminal.run(*arguments, "--verbose", GREETING="Hi")
    assert [json.loads(line)["input"] for line in ended.stdout.splitlines()] == ["Hi Ada", "Hi Zoë"]
    assert terminal.normal(ended.stderr) == "2 lines in TIME, 0 failed\n"
    assert ended.returncode == 0
    (terminal.folder / "names.txt").write_bytes(b"Ada\n\xff\n")
    ended = terminal.run(*arguments)
    assert "error: line 2: not UTF-8: byte 0 (" in ended.stderr
    assert ended.returncode == 15
    assert len(ended.stdout.splitlines()) == 1
