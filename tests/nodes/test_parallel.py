"""`parallel` runs its tasks at the same time, and tells them apart."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from textwrap import dedent

import pytest
from guests.build import guest, plugin_folder

from nodes.conftest import Refused, Run
from pocket import Host, Workflow
from pocket.errors import CpuLimitExceeded, InvalidWorkflow, NodeError, NodeTimeout
from pocket.plugin.package import read_package

BUSY_S = 3.0
"""What a busy machine may add."""


def waiting(name: str, duration: str) -> dict:
    return {"name": name, "node": "delay", "config": {"duration": duration}, "input": name}


def failing(name: str) -> dict:
    config = {"template": "no json", "output_format": "json"}
    return {"name": name, "node": "template", "config": config}


def test_tasks_run_at_the_same_time_and_keep_their_order(run: Run):
    tasks = [waiting(f"t{index}", f"{600 - 50 * index}ms") for index in range(8)]
    started_s = time.monotonic()
    output = run("parallel", None, tasks=tasks).output
    assert 0.6 <= time.monotonic() - started_s < 2  # one after another they take 3.4 s
    assert output["results"] == [{"task": f"t{index}", "result": f"t{index}"} for index in range(8)]
    assert output["summary"] == {"total": 8, "succeeded": 8, "failed": 0}


def test_only_so_many_run_at_the_same_time(run: Run):
    started_s = time.monotonic()
    run("parallel", None, tasks=[waiting(f"t{i}", "100ms") for i in range(4)], max_concurrency=2)
    assert time.monotonic() - started_s >= 0.2


def test_a_task_gets_the_input_of_the_node_or_its_own(run: Run):
    tasks = [
        {"name": "a", "node": "echo"},
        {"name": "b", "node": "echo", "input": {"deep": ["{{.x}}", "{{json .}}", 2, None]}},
        {"name": "c", "node": "echo", "input": None},
    ]
    results = run("parallel", {"x": "{{.y}}"}, tasks=tasks).output["results"]
    assert [result["result"] for result in results] == [
        {"message": "", "input": {"x": "{{.y}}"}, "node": "a"},
        {"message": "", "input": {"deep": ["{{.y}}", '{"x":"{{.y}}"}', 2, None]}, "node": "b"},
        {"message": "", "input": None, "node": "c"},
    ]


def test_a_task_that_fails_is_told_beside_those_that_do_not(run: Run):
    tasks = [waiting("a", "10ms"), failing("b"), waiting("c", "10ms")]
    output = run("parallel", None, tasks=tasks).output
    assert [result["task"] for result in output["results"]] == ["a", "c"]
    assert [(error["task"], error["error"]["type"]) for error in output["errors"]] == [
        ("b", "node-error")
    ]
    assert output["errors"][0]["error"]["message"].startswith("the rendered text is not JSON")
    assert output["summary"] == {"total": 3, "succeeded": 2, "failed": 1}


def test_fail_fast_ends_with_the_first_failure(run: Run):
    tasks = [waiting("a", "1h"), failing("b"), *(waiting(f"c{i}", "1h") for i in range(20))]
    started_s = time.monotonic()
    with pytest.raises(NodeError, match=r"^task 'b': the rendered text is not JSON"):
        run("parallel", None, tasks=tasks, fail_fast=True)
    assert time.monotonic() - started_s < BUSY_S


def test_a_timeout_ends_what_is_not_done(run: Run):
    tasks = [waiting("a", "1h"), waiting("b", "10ms"), *(waiting(f"c{i}", "1h") for i in range(20))]
    started_s = time.monotonic()
    output = run("parallel", None, tasks=tasks, timeout="200ms").output
    assert 0.2 <= time.monotonic() - started_s < BUSY_S
    assert output["results"] == [{"task": "b", "result": "b"}]
    assert {error["error"]["type"] for error in output["errors"]} == {"node-timeout"}
    assert output["summary"]["failed"] == 21


def test_the_timeout_of_the_node_ends_all_of_it(tmp_path):
    file = tmp_path / "w.yaml"
    file.write_text(
        "name: w\nnodes: [{name: p, type: parallel, timeout: 100ms, config: "
        "{tasks: [{name: a, node: delay, config: {duration: 1h}}]}}]"
    )
    with pytest.raises(NodeTimeout, match="it took longer than 100ms"):
        Workflow.load(file).run(None)


PLUGINS = """\
name: plugins
nodes:
  - name: all
    type: parallel
    config:
      tasks:
        - {name: one, node: busy-wait, input: 1}
        - {name: two, node: busy-wait-too, input: 2}
        - {name: say, node: echo/echo, input: 3}
"""


@pytest.fixture
def plugins(host: Host, tmp_path):
    """Two plugins that are busy for 0.7 s of CPU each, and one that answers."""
    limits = {"memory": "16MB", "cpu": "700ms", "timeout": "20s"}
    for name, wasm in (
        ("busy-wait", "busy_wait"),
        ("busy-wait-too", "busy_wait"),
        ("echo", "echo"),
    ):
        folder = plugin_folder(tmp_path, name, wasm=guest(wasm), nodes=[name], permissions=limits)
        host.store.install(read_package(folder), replace=True)
    file = tmp_path / "plugins.yaml"
    file.write_text(PLUGINS)
    return file


def test_plugins_are_tasks_like_others(plugins, host):
    output = Workflow.load(plugins, host=host).run(None).output
    assert [(result["task"], result["result"]["input"]) for result in output["results"]] == [
        ("say", 3)
    ]
    kinds = [(error["task"], error["error"]["type"]) for error in output["errors"]]
    assert kinds == [("one", CpuLimitExceeded.code), ("two", CpuLimitExceeded.code)]


def test_a_timeout_also_ends_the_wait_for_a_plugin_that_another_task_keeps_busy(tmp_path, host):
    limits = {"memory": "16MB", "cpu": "20s", "timeout": "20s"}
    wasm = guest("busy_wait")
    folder = plugin_folder(tmp_path, "endless", wasm=wasm, nodes=["endless"], permissions=limits)
    host.store.install(read_package(folder), replace=True)
    file = tmp_path / "w.yaml"
    file.write_text(
        "name: w\nnodes: [{name: p, type: parallel, config: {timeout: 300ms, tasks: "
        "[{name: a, node: endless}, {name: b, node: endless}, {name: c, node: endless}]}}]"
    )
    workflow = Workflow.load(file, host=host)
    started_s = time.monotonic()
    output = workflow.run(None).output
    assert 0.3 <= time.monotonic() - started_s < BUSY_S
    assert {error["error"]["type"] for error in output["errors"]} == {"call-timeout"}
    assert output["summary"]["failed"] == 3


def test_a_workflow_with_plugins_in_its_tasks_can_be_loaded_without_a_host(plugins, host):
    output = Workflow.load(plugins).run(None, host=host).output
    assert output["summary"] == {"total": 3, "succeeded": 1, "failed": 2}


def test_a_task_of_an_unknown_type_is_an_error_of_the_file(plugins, host):
    plugins.write_text(PLUGINS.replace("node: busy-wait,", "node: bsy-wait,"))
    with pytest.raises(
        InvalidWorkflow, match=r"tasks\[0\]\.node: there is no node type 'bsy-wait'"
    ):
        Workflow.load(plugins, host=host)


def test_ctrl_c_ends_all_tasks(plugins, host):
    program = dedent(f"""
        import pocket
        from pathlib import Path
        with pocket.Host(home=Path({str(host.store.home)!r})) as host:
            workflow = pocket.Workflow.load({str(plugins)!r}, host=host)
            class Watcher:
                def began(self, node): print("began", flush=True)
                def ended(self, step, error): print("ended", flush=True)
            workflow.run(None, watcher=Watcher())
    """)
    plugins.write_text(PLUGINS + "        - {name: wait, node: delay, config: {duration: 1h}}\n")
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "began\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=20) == -signal.SIGINT
        assert child.stdout.read() == ""


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ([], "tasks"),
        ([{"name": "a"}], "tasks[0]"),
        (
            [{"name": "a", "node": "echo", "config": {"mesage": ""}}],
            "tasks[0].config.mesage: unknown",
        ),
        (
            [{"name": "a", "node": "echo", "config": {"message": "{{"}}],
            "tasks[0].config.message: template",
        ),
        ([{"name": "a", "node": "echo", "input": ["{{"]}], "tasks[0].input[0]: template"),
        ([{"name": "a", "node": "aggregate", "config": {"mode": "object"}}], "key goes with mode"),
        (
            [{"name": "a", "node": "echo"}, {"name": "a", "node": "echo"}],
            "several tasks have the name 'a'",
        ),
        (
            [
                {
                    "name": "a",
                    "node": "parallel",
                    "config": {"tasks": [{"name": "b", "node": "echo"}]},
                }
            ],
            "cannot be parallel",
        ),
    ],
)
def test_what_is_wrong_with_a_task_is_said_at_load(refused: Refused, tasks, said):
    assert said in refused("parallel", tasks=tasks)
