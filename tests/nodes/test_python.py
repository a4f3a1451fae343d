"""Node types that a Python program adds to its workflows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.conftest import Terminal, terminal

import pocket
from nodes.conftest import Load, Refused, Run
from pocket.errors import InvalidInput, InvalidWorkflow, NodeError, NodeTimeout, NodeUnavailable
from pocket.nodes import python

__all__ = ["terminal"]


@pytest.fixture(autouse=True)
def types(monkeypatch: pytest.MonkeyPatch) -> Iterator[python.PythonTypes]:
    """Gives each test types of its own."""
    found = python.PythonTypes()
    for module in ("pocket.nodes.python", "pocket.nodes.catalog"):
        monkeypatch.setattr(f"{module}.TYPES", found)
    python._announced.cache_clear()
    yield found
    python._announced.cache_clear()


SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["greeting"],
    "properties": {
        "greeting": {"type": "string", "format": "template", "description": "What to say"},
        "pause": {"type": "string", "format": "duration", "default": "1ms"},
    },
}


def test_a_function_is_a_node_type(run: Run, refused: Refused):
    @pocket.node("greet", config_schema=SCHEMA, actions=("long", "short"))
    def greet(value, config, scope):
        """Greets somebody."""
        assert config["pause"] == 0.001
        action = "long" if len(config["greeting"]) > 8 else "short"
        return pocket.Answer({"said": config["greeting"], "by": scope.node}, action)

    result = run("greet", {"name": "Ada"}, greeting="Hello {{.name}}")
    assert result.output == {"said": "Hello Ada", "by": "only"}
    assert result.path[0].action == "long"
    assert "'greeting' is missing" in refused("greet")
    assert "template 1:1" in refused("greet", greeting="{{")
    assert "unknown key" in refused("greet", greeting="x", greting="y")


def test_actions_that_were_announced_are_checked_at_load_and_while_running(one: Load, run: Run):
    @pocket.node("choose", actions=("left", "right"))
    def choose(value, config, scope):
        return pocket.Answer(None, value)

    assert [w.message for w in one("choose").warnings] == [
        "action 'left' leads nowhere, so the run ends there",
        "action 'right' leads nowhere, so the run ends there",
    ]
    with pytest.raises(NodeError, match="choose: the action 'up' was never announced") as raised:
        run("choose", "up")
    assert raised.value.hint == "the node type announced left, right"
    with pytest.raises(NodeError, match="the action 7 is no text"):
        run("choose", 7)


@pytest.mark.parametrize("form", [dict, lambda **given: tuple(given.values())])
def test_an_output_is_taken_as_json(run: Run, form):
    @pocket.node("make")
    def make(value, config, scope):
        return form(a=(1, 2), b=float("nan"))

    assert run("make", None).output in ({"a": [1, 2], "b": None}, [[1, 2], None])


@pytest.mark.parametrize("output", [{1: 2}, {1, 2}, object(), b"bytes", Path("x")])
def test_an_output_that_is_no_json_fails_the_node(run: Run, output):
    @pocket.node("make")
    def make(value, config, scope):
        return output

    with pytest.raises(NodeError, match="make: the output is no JSON value"):
        run("make", None)


def test_what_a_function_raises_fails_the_node(tmp_path):
    tries = []

    @pocket.node("fail")
    def fail(value, config, scope):
        tries.append(scope.attempts)
        raise value if isinstance(value, Exception) else NodeUnavailable("not now")

    file = tmp_path / "w.yaml"
    file.write_text("name: w\nnodes: [{name: f, type: fail, retry: {max_attempts: 3, delay: 1ms}}]")
    workflow = pocket.Workflow.load(file)
    with pytest.raises(NodeUnavailable, match="not now") as raised:
        workflow.run(None)
    assert (tries, raised.value.step) == ([1, 2, 3], "f")
    with pytest.raises(NodeError, match="fail: KeyError: 'x'"):
        workflow.run(KeyError("x"))
    assert len(tries) == 4


def test_only_a_function_that_looks_at_the_time_can_have_a_timeout(tmp_path):
    @pocket.node("blind")
    def blind(value, config, scope):
        return value

    @pocket.node("waits", timed=True)
    def waits(value, config, scope):
        scope.pause(3600)

    file = tmp_path / "w.yaml"
    file.write_text("name: w\nnodes: [{name: a, type: blind, timeout: 1s}]")
    with pytest.raises(InvalidWorkflow, match="no timeout can end a node of type 'blind'"):
        pocket.Workflow.load(file)
    file.write_text("name: w\nnodes: [{name: a, type: waits, timeout: 100ms}]")
    started_s = time.monotonic()
    with pytest.raises(NodeTimeout, match="longer than 100ms"):
        pocket.Workflow.load(file).run(None)
    assert time.monotonic() - started_s < 3


def test_a_function_is_a_task_of_parallel_and_ends_with_its_siblings(run: Run):
    @pocket.node("waits")
    def waits(value, config, scope):
        scope.pause(3600)

    @pocket.node("fails")
    def fails(value, config, scope):
        raise ValueError("no")

    tasks = [{"name": "a", "node": "waits"}, {"name": "b", "node": "fails"}]
    started_s = time.monotonic()
    with pytest.raises(NodeError, match="task 'b': fails: ValueError: no"):
        run("parallel", None, tasks=tasks, fail_fast=True)
    assert time.monotonic() - started_s < 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("echo", "node type 'echo' is built in"),
        ("Word Count", "'Word Count' cannot name a node type"),
        ("a/b", "'a/b' cannot name a node type"),
        ("", "'' cannot name a node type"),
        ("taken", "two functions want to be node type 'taken': .*first and .*second"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused(name, said):
    @pocket.node("taken")
    def first(value, config, scope):
        return value

    with pytest.raises(InvalidInput, match=said):

        @pocket.node(name)
        def second(value, config, scope):
            return value


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "objekt"}, r"\['type'\]: 'objekt' is not valid"),
        ({"properties": {"a": {"minimum": "x"}}}, r"\['properties'\]\['a'\]\['minimum'\]: 'x'"),
    ],
)
@pytest.mark.parametrize("which", ["config_schema", "input_schema", "output_schema"])
def test_a_schema_that_is_none_is_refused(which, schema, said):
    with pytest.raises(InvalidInput, match=rf"node type 'made': a schema is none: {said}"):
        pocket.node("made", **{which: schema})


def test_a_function_that_cannot_be_called_is_refused():
    with pytest.raises(InvalidInput, match="the function cannot be called"):
        pocket.node("made")(lambda value: value)

    async def later(value, config, scope):
        return value

    with pytest.raises(InvalidInput, match="has to be a plain function"):
        pocket.node("made")(later)


def test_the_same_function_may_be_defined_anew(run: Run):
    for number in (1, 2):

        @pocket.node("made")
        def made(value, config, scope, number=number):
            return number

    assert run("made", None).output == 2


MODULE = '''
import pocket

@pocket.node("shout", config_schema={"type": "object", "properties": {"mark": {"default": "!"}}},
             category="text")
def shout(value, config, scope):
    """Says it louder."""
    return value.upper() + config["mark"]

def whisper(value, config, scope):
    return value.lower()
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder that Python takes for the site-packages with one package in it."""
    site = tmp_path / "site"
    described = site / "shouting-1.0.dist-info"
    described.mkdir(parents=True)
    (site / "shouting.py").write_text(MODULE)
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[pocket.nodes]\nshout = shouting:shout\nwhisper = shouting:whisper\n"
        "broken = not_there:broken\n"
    )
    return site


def test_a_package_adds_its_types_to_the_command_line(terminal: Terminal, package: Path):
    path = {"PYTHONPATH": f"{terminal.environ['PYTHONPATH']}:{package}"}
    (terminal.folder / "w.yaml").write_text("name: w\nnodes: [{name: a, type: shout}]")
    ran = terminal.run("run", "w.yaml", "--input", '"hear"', **path)
    assert (ran.stdout, ran.stderr) == ("HEAR!\n", "")
    listed = terminal.run("nodes", "list", "--category", "text", **path)
    assert "\nshout  text      Python  Says it louder\n" in listed.stdout
    assert (
        "node type 'broken' of package shouting (not_there:broken) cannot be imported"
        in listed.stderr
    )
    assert "node type 'whisper' of package shouting (shouting:whisper) is no node" in listed.stderr
    shown = terminal.run("nodes", "info", "shout", **path)
    assert shown.stdout.startswith("shout (text): Says it louder\n")


def test_a_package_that_is_broken_is_an_error_of_the_file_that_uses_it(
    terminal: Terminal, package: Path
):
    path = {"PYTHONPATH": f"{terminal.environ['PYTHONPATH']}:{package}"}
    (terminal.folder / "w.yaml").write_text("name: w\nnodes: [{name: a, type: broken}]")
    ran = terminal.run("run", "w.yaml", **path)
    assert ran.returncode == 12
    assert "w.yaml:2:25: nodes[0].type: node type 'broken' of package shouting" in ran.stderr
    other = package / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[pocket.nodes]\nshout = shouting:shout\n")
    (terminal.folder / "w.yaml").write_text("name: w\nnodes: [{name: a, type: shout}]")
    ran = terminal.run("run", "w.yaml", **path)
    assert "several packages have a node type 'shout': other, shouting" in ran.stderr
