"""What is no longer wanted ends at once: after a timeout, a sibling's failure and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import pytest
from capability.loopback import Site, response, site
from cli.conftest import COMMAND, Terminal

from pocket import Host, Workflow
from pocket.errors import NodeError, NodeTimeout, PluginCrashed, RunTimeout
from pocket.nodes.interpreter import Interpreter

SOON_S = 0.1
"""Longest that half of the tries may take: who only looked every 200 ms would be found out."""
TRIES = 5
LATEST_S = 3.0
"""Longest that any may take: the machine may be busy."""
IN_WORKERS = ("loop", "lua")
LIMITS = {"memory": "16MB", "cpu": "20s", "timeout": "20s"}
ENDLESS = (
    "".join(
        f'{{{{define "t{n}"}}}}{{{{template "t{n + 1}"}}}}{{{{template "t{n + 1}"}}}}{{{{end}}}}'
        for n in range(60)
    )
    + '{{define "t60"}}{{end}}{{template "t0"}}'
)
"""A template that calls itself twice, 60 deep."""


class Waiting(NamedTuple):
    """A node that waits for ever, and how to see that it has begun and that it is over."""

    type: str
    config: dict[str, Any]
    begun: Callable[[], object]
    over: Callable[[], object] = lambda: True


def until(condition: Callable[[], object], what: str = "") -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"waited too long {what}"
        time.sleep(0.002)


def hang(connection: Any, _: object) -> None:
    """Answer nothing until the client goes away."""
    connection.recv(1)


@pytest.fixture
def silent() -> Iterator[Site]:
    with site(hang) as server:
        yield server


class Family:
    """A command with a child of its own, both of which sleep."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "pids"
        self.script = (
            f"sleep 1000 & echo $$ $! > {self.file}.new; mv {self.file}.new {self.file}; wait"
        )

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)

    def gone(self) -> bool:
        return not any(_running(int(pid)) for pid in self.file.read_text().split())


def _running(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    return False


def _busy(pid: int) -> bool:
    """Tell whether a process has used 30 ms of CPU: starting takes a worker less than that."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12]) > 2
    return False


@pytest.fixture(params=["delay", "exec", "http", "plugin", "lua", "template"])
def waiting(
    request: pytest.FixtureRequest, tmp_path: Path, silent: Site, install: Any, host: Host
) -> Waiting:
    if request.param == "delay":
        return Waiting("delay", {"duration": "1h"}, lambda: True)
    if request.param == "exec":
        family = Family(tmp_path)
        config = {"command": "sh", "args": ["-c", family.script], "timeout": "1h"}

        def begun() -> bool:
            return family.file.exists()

        def over() -> bool:
            # The child of a killed command is on its way out.
            until(family.gone, "for its children")
            family.forget()
            return True

        return Waiting("exec", config, begun, over)
    if request.param == "http":
        config = {"url": f"http://127.0.0.1:{silent.port}", "timeout": "20s"}
        return Waiting("http", config, lambda: silent.asked)
    if request.param in ("plugin", "lua"):
        install("loop", permissions=LIMITS)
        plugin = host.load("loop")
        if request.param == "lua":
            plugin = Interpreter.on(host, "lua").plugin
        busy: set[int] = set()

        def computes() -> bool:
            now = {pid for pid in plugin.pids if _busy(pid)}
            busy.update(now)
            return bool(now)

        kind, config = (
            ("lua", {"script": "while true do end"}) if request.param == "lua" else ("loop", {})
        )
        return Waiting(kind, config, computes, lambda: not any(map(_running, busy)))
    return Waiting("template", {"template": ENDLESS}, lambda: True)


def write(folder: Path, **node: Any) -> Path:
    file = folder / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": [{"name": "n", **node}]}))
    return file


def check_soon(attempt: Callable[[], float], tries: int = TRIES) -> None:
    """Try several times to end something, each of which gives the seconds that it took."""
    took = sorted(attempt() for _ in range(tries))
    assert median(took) < SOON_S, took
    assert took[-1] < LATEST_S, took


def test_a_timeout_of_the_node_ends_it(tmp_path: Path, waiting: Waiting, host: Host) -> None:
    node = {"type": waiting.type, "config": waiting.config, "timeout": "100ms"}
    workflow = Workflow.load(write(tmp_path, **node), host=host)

    def attempt() -> float:
        started_s = time.monotonic()
        with pytest.raises(NodeTimeout, match="it took longer than 100ms"):
            workflow.run(None)
        took_s = time.monotonic() - started_s
        assert waiting.over()
        return took_s - 0.1

    check_soon(attempt)


def test_the_time_limit_of_the_run_ends_it(tmp_path: Path, waiting: Waiting, host: Host) -> None:
    workflow = Workflow.load(write(tmp_path, type=waiting.type, config=waiting.config), host=host)

    def attempt() -> float:
        started_s = time.monotonic()
        with pytest.raises(RunTimeout):
            workflow.run(None, timeout_s=0.1)
        took_s = time.monotonic() - started_s
        assert waiting.over()
        return took_s - 0.1

    check_soon(attempt)


def test_the_timeout_of_parallel_ends_its_tasks(
    tmp_path: Path, waiting: Waiting, host: Host
) -> None:
    tasks = [{"name": "a", "node": waiting.type, "config": waiting.config}]
    config = {"timeout": "100ms", "tasks": tasks}
    workflow = Workflow.load(write(tmp_path, type="parallel", config=config), host=host)

    def attempt() -> float:
        started_s = time.monotonic()
        output = workflow.run(None).output
        took_s = time.monotonic() - started_s
        assert isinstance(output, dict)
        assert output["summary"] == {"total": 1, "succeeded": 0, "failed": 1}
        assert waiting.over()
        return took_s - 0.1

    check_soon(attempt)


def test_a_sibling_that_fails_ends_it(tmp_path: Path, waiting: Waiting, host: Host) -> None:
    released = threading.Event()
    failed_s: list[float] = []

    def fail(connection: Any, _: object) -> None:
        released.wait(20)
        failed_s.append(time.monotonic())
        connection.sendall(response(b"", status=500))

    with site(fail) as failing:
        url = {"url": f"http://127.0.0.1:{failing.port}", "fail_on_error": True, "method": "POST"}
        tasks = [
            {"name": "a", "node": waiting.type, "config": waiting.config},
            {"name": "b", "node": "http", "config": url},
            # One more for a plugin: it waits until the plugin is free.
            {"name": "c", "node": waiting.type, "config": waiting.config},
        ]
        config = {"fail_fast": True, "tasks": tasks}
        workflow = Workflow.load(write(tmp_path, type="parallel", config=config), host=host)

        def attempt() -> float:
            released.clear()

            def release() -> None:
                until(waiting.begun, "for the task to begin")
                time.sleep(0.05)
                released.set()

            releasing = threading.Thread(target=release)
            releasing.start()
            with pytest.raises(NodeError, match=r"task 'b': POST .* answered with status 500"):
                workflow.run(None)
            took_s = time.monotonic() - failed_s[-1]
            releasing.join()
            assert waiting.over()
            return took_s

        check_soon(attempt)


@pytest.mark.parametrize("form", ["alone", "parallel"])
def test_ctrl_c_ends_it_with_130_and_leaves_nothing(
    terminal: Terminal, waiting: Waiting, host: Host, form: str
) -> None:
    node: dict[str, Any] = {"type": waiting.type, "config": waiting.config}
    if form == "parallel":
        tasks = [{"name": name, "node": node["type"], "config": node["config"]} for name in "ab"]
        node = {"type": "parallel", "config": {"tasks": tasks}}
    nodes = [{"name": "first", "type": "echo"}, {"name": "n", **node}]
    file = terminal.folder / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": nodes}))
    environ = terminal.environ | {"POCKET_HOME": str(host.store.home)}

    def attempt() -> float:
        trace = terminal.folder / "trace.jsonl"
        trace.unlink(missing_ok=True)
        with subprocess.Popen(
            [*COMMAND, "run", str(file), "--trace", str(trace)],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command:
            until(lambda: trace.exists() and trace.read_text(), "for the first step")
            until(
                waiting.begun
                if waiting.type not in IN_WORKERS
                else lambda: any(map(_busy, workers_of(command.pid)))
            )
            children = workers_of(command.pid)
            pressed_s = time.monotonic()
            command.send_signal(signal.SIGINT)
            output, errors = command.communicate(timeout=20)
            took_s = time.monotonic() - pressed_s
        assert (command.returncode, output, errors) == (130, "", "")
        assert waiting.type in IN_WORKERS or waiting.over()
        until(lambda: not any(map(_running, children)), "for the children to end")
        return took_s

    check_soon(attempt, tries=3)


def workers_of(pid: int) -> list[int]:
    with suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def test_a_call_that_waits_for_another_run_is_ended_too(
    tmp_path: Path, install: Any, host: Host
) -> None:
    install("loop", permissions={**LIMITS, "timeout": "5s"})
    plugin = host.load("loop")

    def call() -> None:
        with pytest.raises(PluginCrashed):
            plugin.call("loop", None)

    busy = threading.Thread(target=call)
    tasks = [
        {"name": "a", "node": "loop"},
        {"name": "b", "node": "exec", "config": {"command": "false", "fail_on_error": True}},
    ]
    config = {"fail_fast": True, "tasks": tasks}
    workflow = Workflow.load(write(tmp_path, type="parallel", config=config), host=host)
    busy.start()
    until(lambda: plugin.pid)
    assert plugin.pid is not None
    pid = plugin.pid
    started_s = time.monotonic()
    with pytest.raises(NodeError, match="task 'b'"):
        workflow.run(None)
    assert time.monotonic() - started_s < 2
    assert _running(pid)
    os.kill(pid, signal.SIGKILL)
    busy.join()
