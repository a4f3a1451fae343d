"""Workflow nodes that pass files through a plugin."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from pocket import Host, InvalidWorkflow, NodeError, NodeTimeout, PluginCrashed, Workflow
from pocket.capability.interruption import Interruption
from pocket.plugin.package import read_package

Load = Callable[[str], Workflow]


@pytest.fixture
def workflow(host: Host, tmp_path: Path) -> Load:
    """Write a workflow of one node, on the guest that `type` names, and load it."""

    def load(node: str) -> Workflow:
        for name in ("stream_copy", "stream_count", "stream_flood", "stream_traps", "echo"):
            limits = {"memory": "16MB", "cpu": "100ms", "timeout": "2s"}
            folder = tmp_path / "plugins" / name
            if not folder.exists():
                kebab = name.replace("_", "-")
                plugin_folder(folder, kebab, wasm=guest(name), permissions=limits, nodes=["main"])
                host.store.install(read_package(folder / kebab), replace=True)
        file = tmp_path / "w.yaml"
        file.write_text(f"name: w\nnodes:\n  - name: it\n    {node}")
        return Workflow.load(file, host=host)

    return load


def _node(type_: str, stream: str | None, *more: str) -> str:
    lines = [f"type: {type_}/main", *([] if stream is None else [f"stream: {stream}"]), *more]
    return "\n    ".join(lines) + "\n"


def test_a_file_goes_through_a_plugin_into_a_file(workflow: Load, tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    (tmp_path / "in.bin").write_bytes(data)
    result = workflow(_node("stream-copy", "{from: in.bin, to: out.bin}")).run(None)
    assert result.output == len(data)
    assert (tmp_path / "out.bin").read_bytes() == data


def test_paths_are_templates_beneath_a_folder(workflow: Load, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("hello")
    stream = '{from: "{{.name}}.txt", to: "done/{{.name}}.txt", base_dir: data, create_dirs: true}'
    workflow(_node("stream-copy", stream)).run({"name": "a"})
    assert (tmp_path / "data" / "done" / "a.txt").read_text() == "hello"


def test_a_file_may_be_replaced_by_what_is_made_of_it(workflow: Load, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("same")
    workflow(_node("stream-copy", "{from: f, to: f}")).run(None)
    assert (tmp_path / "f").read_text() == "same"


def test_each_side_may_be_left_out(workflow: Load, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("12345")
    assert workflow(_node("stream-count", "{from: f}")).run(None).output == 5
    assert workflow(_node("stream-copy", "{to: empty}")).run(None).output == 0
    assert (tmp_path / "empty").read_bytes() == b""


def test_a_node_that_writes_needs_a_file_for_it(workflow: Load, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    with pytest.raises(NodeError, match="writes a stream"):
        workflow(_node("stream-copy", "{from: f}")).run(None)


@pytest.mark.parametrize(
    ("type_", "stream", "error"),
    [
        ("stream-traps", "{from: f, to: out}", PluginCrashed),
        ("stream-flood", "{from: f, to: out, max_bytes: 1MB}", NodeError),
    ],
    ids=["a crash", "too many bytes"],
)
def test_a_failure_leaves_the_old_file(
    workflow: Load, tmp_path: Path, type_: str, stream: str, error: type[Exception]
) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "out").write_text("old")
    with pytest.raises(error):
        workflow(_node(type_, stream)).run(None)
    assert (tmp_path / "out").read_text() == "old"
    assert not list(tmp_path.glob(".pocket-*"))


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        ("{from: missing}", "cannot read 'missing'"),
        ("{from: ../f}", "has a '..'"),
        ("{from: /etc/passwd}", "is absolute"),
        ("{from: link}", "leads out"),
        ("{from: f, to: no/where}", "cannot write 'no/where'"),
        ("{from: f, to: ../out}", "has a '..'"),
        ("{from: folder}", "it is a folder"),
    ],
)
def test_no_path_leads_out(workflow: Load, tmp_path: Path, stream: str, message: str) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(NodeError, match=message):
        workflow(_node("stream-copy", stream)).run(None)


def test_the_timeout_of_the_node_is_that_of_all(workflow: Load, tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(NodeTimeout, match="it took longer than 300ms"):
        workflow(_node("stream-count", "{from: sparse}", "timeout: 300ms")).run(None)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (_node("stream-copy", None), "works on a stream, and there is none"),
        (_node("echo", "{from: f}"), "nodes[0].stream: a node of type 'echo/main' does not work"),
        (_node("stream-copy", "{from: f, too: g}"), "too"),
        (_node("stream-copy", "{from: 1}"), "nodes[0].stream.from"),
        (_node("stream-copy", '{from: "{{"}'), "nodes[0].stream.from: template"),
        (_node("stream-copy", "{from: f, max_bytes: lots}"), "'lots' is not a size"),
    ],
    ids=["missing", "not for it", "unknown key", "wrong type", "bad template", "bad size"],
)
def test_what_is_wrong_is_said_when_the_file_is_loaded(
    workflow: Load, node: str, message: str
) -> None:
    with pytest.raises(InvalidWorkflow) as caught:
        workflow(node)
    assert message in str(caught.value)


def test_a_built_in_node_has_no_stream(tmp_path: Path) -> None:
    file = tmp_path / "w.yaml"
    file.write_text("name: w\nnodes: [{name: a, type: echo, stream: {from: f}}]")
    with pytest.raises(InvalidWorkflow, match="does not work on a stream"):
        Workflow.load(file)


def test_another_thread_can_stop_it(host: Host, tmp_path: Path) -> None:
    limits = {"memory": "16MB", "cpu": "20s", "timeout": "20s"}
    folder = plugin_folder(
        tmp_path, "spins", wasm=guest("stream_spins"), permissions=limits, nodes=["main"]
    )
    host.store.install(read_package(folder), replace=True)
    (tmp_path / "f").write_text("x")
    file = tmp_path / "w.yaml"
    file.write_text(f"name: w\nnodes:\n  - name: it\n    {_node('spins', '{from: f, to: out}')}")
    workflow = Workflow.load(file, host=host)
    plugin, interruption, errors = host.load("spins"), Interruption(), list[BaseException]()

    def run() -> None:
        with pytest.raises(PluginCrashed) as raised:
            interruption.run(lambda: workflow.run(None))
        errors.append(raised.value)

    running = threading.Thread(target=run)
    running.start()
    deadline = time.monotonic() + 10
    while not any(_cpu_ticks(pid) > 2 for pid in plugin.pids):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    begun = time.monotonic()
    interruption.happen()
    running.join()
    assert time.monotonic() - begun < 3
    assert len(errors) == 1
    assert plugin.pids == ()
    assert not (tmp_path / "out").exists()


def _cpu_ticks(pid: int) -> int:
    """Give the CPU time of a process; starting takes a worker less than two ticks."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11])


def _tasks(*tasks: str) -> str:
    lines = ["type: parallel", "config:", "  tasks:", *(f"    - {task}" for task in tasks)]
    return "\n    ".join(lines) + "\n"


def test_files_go_through_plugins_at_the_same_time(workflow: Load, tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 700_000)
    tasks = [
        f'{{name: {name}, node: stream-copy/main, stream: {{from: "{name}", to: "{name}.out"}}}}'
        for name in names
    ]
    output = workflow(_tasks(*tasks)).run(None).output
    assert isinstance(output, dict)
    assert output["results"] == [{"task": name, "result": 700_000} for name in names]
    for name in names:
        assert (tmp_path / f"{name}.out").read_bytes() == name.encode() * 700_000


def test_a_task_that_fails_leaves_its_file_and_the_others_write_theirs(
    workflow: Load, tmp_path: Path
) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "bad").write_text("old")
    output = workflow(
        _tasks(
            "{name: bad, node: stream-traps/main, stream: {from: f, to: bad}}",
            "{name: good, node: stream-copy/main, stream: {from: f, to: '{{.to}}'}, input: {to: g}}",
        )
    ).run(None)
    assert output.output["errors"][0]["task"] == "bad"
    assert (tmp_path / "bad").read_text() == "old"
    assert (tmp_path / "g").read_text() == "x"
    assert not list(tmp_path.glob(".pocket-*"))


@pytest.mark.parametrize(
    ("task", "place", "message"),
    [
        ("{name: t, node: stream-copy/main}", "", "works on a stream, and there is none"),
        ("{name: t, node: echo, stream: {from: f}}", ".stream", "does not work on a stream"),
        ("{name: t, node: stream-copy/main, stream: 5}", ".stream", "5 is not"),
        ("{name: t, node: stream-copy/main, stream: {too: f}}", ".stream.too", "unknown key"),
        (
            '{name: t, node: stream-copy/main, stream: {from: "{{"}}',
            ".stream.from",
            "template 1:1",
        ),
    ],
    ids=["missing", "not for it", "no object", "unknown key", "bad template"],
)
def test_what_is_wrong_with_the_stream_of_a_task_is_said_once(
    workflow: Load, task: str, place: str, message: str
) -> None:
    with pytest.raises(InvalidWorkflow) as caught:
        workflow(_tasks(task))
    [problem] = caught.value.problems
    assert f"nodes[0].config.tasks[0]{place}" in str(caught.value)
    assert message in problem.message
