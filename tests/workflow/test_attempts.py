"""What is done for a node that fails or takes long: timeout, retry, fallback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from pocket.document import parse_document
from pocket.errors import (
    CallTimeout,
    InvalidInput,
    InvalidWorkflow,
    NodeTimeout,
    PluginCrashed,
    PluginError,
    PocketError,
    RunTimeout,
)
from pocket.nodes.builtin import BuiltinType, Config
from pocket.nodes.echo import ECHO
from pocket.plugin.metadata import NodeMetadata
from pocket.workflow.engine import Plan
from pocket.workflow.loader import compile_workflow
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope

SLOW = {"memory": "16MB", "cpu": "20s", "timeout": "20s"}
"""Limits that a guest which computes for ever does not reach during a test."""
SOON_S = 4.0
"""Far more than a timeout below and a busy machine need, far less than the limits above."""


# real plugins, real time


def test_a_timeout_ends_an_attempt_of_a_plugin_for_real(load, install, host):
    install("loop", permissions=SLOW)
    workflow = load("name: w\nnodes: [{name: spin, type: loop, timeout: 200ms}]", host)
    plugin = host.load("loop")
    started_s = time.monotonic()
    with pytest.raises(NodeTimeout, match="it took longer than 200ms") as raised:
        workflow.run(None)
    assert 0.2 <= time.monotonic() - started_s < SOON_S
    assert raised.value.step == "spin"
    assert plugin.pid is None


def test_the_timeout_of_the_manifest_stays_where_it_is_shorter(load, install, host):
    install("busy_wait", permissions={"cpu": "20s", "timeout": "100ms"})
    workflow = load("name: w\nnodes: [{name: a, type: busy-wait, timeout: 1m}]", host)
    with pytest.raises(CallTimeout, match="100ms"):
        workflow.run(None)


def test_every_attempt_has_the_whole_timeout(load, install, host):
    install("loop", permissions=SLOW)
    workflow = load(
        """\
        name: w
        nodes:
          - {name: a, type: loop, timeout: 150ms, retry: {max_attempts: 3, delay: 10ms},
             fallback: {output: gave up}}
        """,
        host,
    )
    started_s = time.monotonic()
    result = workflow.run(None)
    assert 0.45 <= time.monotonic() - started_s < SOON_S
    assert result.output == "gave up"
    assert [(step.action, step.outcome, step.attempts) for step in result.path] == [
        ("default", "node-timeout", 3)
    ]


def test_a_crash_is_mended_by_a_retry(load, install, host):
    install("drop_data", state="kept")
    workflow = load(
        "name: w\nnodes: [{name: a, type: drop-data, retry: {delay: 1ms}}]",
        host,
    )
    attempts = [workflow.run(None).path[0].attempts for _ in range(3)]
    assert attempts == [1, 2, 2]


def test_an_error_of_the_plugin_itself_is_not_retried(load, install, host):
    install("error_answer")
    workflow = load("name: w\nnodes: [{name: a, type: error-answer, retry: {delay: 1m}}]", host)
    with pytest.raises(PluginError):
        workflow.run(None)


def test_a_run_has_a_time_limit_of_its_own(load, install, host):
    install("loop", permissions=SLOW)
    workflow = load(
        """\
        name: w
        nodes: [{name: a, type: loop, retry: {}}, {name: b, type: echo}]
        connections: [{from: a, to: b, action: error}]
        """,
        host,
    )
    started_s = time.monotonic()
    with pytest.raises(RunTimeout, match="the run took longer than 200ms") as raised:
        workflow.run(None, timeout_s=0.2)
    assert time.monotonic() - started_s < SOON_S
    assert raised.value.step == "a"


def test_a_run_that_is_quick_may_have_a_time_limit(load, install, host):
    install("echo")
    workflow = load("name: w\nnodes: [{name: a, type: echo/echo}, {name: b, type: echo}]", host)
    assert workflow.run(7, timeout_s=60).output["input"]["input"] == 7


def test_a_loop_of_built_in_nodes_meets_the_time_limit(load):
    workflow = load("name: w\nnodes: [{name: a, type: echo}]\nconnections: [{from: a, to: a}]")
    with pytest.raises(RunTimeout):
        workflow.run(None, timeout_s=0.05, max_steps=10**9)


def test_a_timeout_ends_a_template(load):
    workflow = load(
        """\
        name: w
        nodes:
          - name: a
            type: template
            timeout: 50ms
            config: {template: "{{range .}}{{range $}}{{range $}}{{len $}}{{end}}{{end}}{{end}}"}
        """
    )
    started_s = time.monotonic()
    with pytest.raises(NodeTimeout, match="it took longer than 50ms"):
        workflow.run(list(range(99)))
    assert time.monotonic() - started_s < SOON_S


def test_a_timeout_is_over_with_its_node(load):
    workflow = load(
        """\
        name: w
        nodes:
          - {name: a, type: echo, timeout: 50ms}
          - {name: b, type: delay, config: {duration: 100ms}}
        """
    )
    assert workflow.run(1).output["input"] == 1


def test_ctrl_c_ends_the_delay_before_a_retry(tmp_path: Path, install, host):
    install("trap")
    file = tmp_path / "w.yaml"
    file.write_text("name: w\nnodes: [{name: a, type: trap, retry: {delay: 10m, max_delay: 10m}}]")
    program = dedent(f"""
        import threading, time, pocket
        from pathlib import Path
        with pocket.Host(home=Path({str(host.store.home)!r})) as host:
            workflow = pocket.Workflow.load({str(file)!r}, host=host)
            class Watcher:
                def began(self, node): print("began", flush=True)
                def ended(self, step, error): print("ended", flush=True)
            workflow.run(None, watcher=Watcher())
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "began\n"
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=20) == -signal.SIGINT
        assert run.stdout.read() == ""


# attempts by number, with a node type that fails as it is told


class Failing:
    """A catalog whose type `failing` raises these errors in turn, then answers with its input."""

    def __init__(self, *errors: PocketError) -> None:
        self._errors: Iterator[PocketError] = iter(errors)

    def get(self, name: str) -> BuiltinType:
        return ECHO if name == "echo" else BuiltinType(NodeMetadata("failing"), self._prepare)

    def _prepare(self, _: Config) -> NodeCall:
        def call(value, scope: Scope) -> Answer:
            for error in self._errors:
                raise error
            return Answer(value)

        return call


def plan(text: str, *errors: PocketError) -> Plan:
    document = parse_document(dedent(text), "w.yaml", error=InvalidWorkflow)
    compiled = compile_workflow(document, Failing(*errors), {})
    assert compiled.plan is not None
    return compiled.plan


RETRYING = "name: w\nnodes: [{name: a, type: failing, retry: {max_attempts: 3, delay: 1ms}}]"


def test_it_is_tried_until_it_succeeds():
    result = plan(RETRYING, PluginCrashed("1"), PluginCrashed("2")).run("in")
    assert result.output == "in"
    assert result.path[0].attempts == 3


def test_the_last_error_is_the_one_that_is_raised():
    with pytest.raises(PluginCrashed, match="3"):
        plan(RETRYING, *map(PluginCrashed, "1234")).run("in")


def test_what_no_retry_can_mend_is_not_tried_again():
    with pytest.raises(InvalidInput):
        plan(RETRYING, InvalidInput("bad"), PluginCrashed("never")).run("in")


def test_without_retry_there_is_one_attempt():
    text = "name: w\nnodes: [{name: a, type: failing}]"
    with pytest.raises(PluginCrashed):
        plan(text, PluginCrashed("1")).run("in")


def test_delays_grow_to_their_maximum(monkeypatch):
    waited: list[float] = []
    monkeypatch.setattr(Scope, "pause", lambda _, seconds: waited.append(seconds))
    text = """\
        name: w
        nodes:
          - name: a
            type: failing
            retry: {max_attempts: 6, delay: 1s, multiplier: 3, max_delay: 10s}
    """
    plan(text, *map(PluginCrashed, "12345")).run("in")
    assert waited == [1, 3, 9, 10, 10]


FALLBACK = """\
name: w
nodes:
  - {name: a, type: failing, fallback: {node: spare}}
  - {name: b, type: echo}
  - {name: spare, type: echo, config: {message: spare}}
connections: [{from: a, to: b}, {from: spare, to: b}]
"""


def test_a_node_stands_in_with_the_same_input():
    result = plan(FALLBACK, PluginCrashed("1")).run("in")
    assert [step.node for step in result.path] == ["a", "spare", "b"]
    assert result.output["input"] == {"message": "spare", "input": "in", "node": "spare"}


def test_no_node_stands_in_where_all_went_well():
    assert [step.node for step in plan(FALLBACK).run("in").path] == ["a", "b"]


def test_an_output_stands_in_and_the_run_goes_on():
    text = """\
        name: w
        nodes:
          - {name: a, type: failing, fallback: {output: {x: null}}}
          - {name: b, type: echo, config: {message: '{{json (node "a")}}'}}
    """
    result = plan(text, InvalidInput("1")).run("in")
    assert result.output == {"message": '{"x":null}', "input": {"x": None}, "node": "b"}
    assert [(step.outcome, step.action) for step in result.path] == [
        ("invalid-input", "default"),
        ("ok", "default"),
    ]


def test_an_output_that_a_caller_changes_stands_in_as_it_was():
    text = "name: w\nnodes: [{name: a, type: failing, fallback: {output: {x: []}}}]"
    failing = plan(text, InvalidInput("1"), InvalidInput("2"))
    failing.run("in").output["x"].append("spoilt")
    assert failing.run("in").output == {"x": []}


def test_null_can_stand_in():
    text = "name: w\nnodes: [{name: a, type: failing, fallback: {output: null}}]"
    assert plan(text, InvalidInput("1")).run("in").output is None


def test_a_failure_within_a_time_limit_is_no_timeout():
    with pytest.raises(PluginCrashed):
        plan("name: w\nnodes: [{name: a, type: failing}]", PluginCrashed("1")).run(1, timeout_s=60)


def test_a_timeout_of_a_node_that_nothing_could_end_is_refused():
    class Computing(Failing):
        def get(self, name: str) -> BuiltinType:
            return BuiltinType(NodeMetadata("computing"), self._prepare, timed=False)

    text = "name: w\nnodes: [{name: a, type: computing, timeout: 1s}]"
    document = parse_document(text, "w.yaml", error=InvalidWorkflow)
    with pytest.raises(InvalidWorkflow, match=r"w.yaml:2:36: .*no timeout can end a node of type"):
        compile_workflow(document, Computing(), {})
