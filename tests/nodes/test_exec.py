"""`exec` runs a command as it is told, and leaves nothing running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nodes.conftest import Load, Refused, Run
from pocket import Host, Policy
from pocket.errors import InvalidPolicy, InvalidWorkflow, NodeError, NodeTimeout, RunTimeout
from pocket.flow import Workflow

SLEEP = "9876.54321"
"""Seconds that no other process of this machine sleeps."""


def gone(marker: Path) -> bool:
    """Wait until the process whose number is in the file has ended."""
    status = Path(f"/proc/{int(marker.read_text())}/stat")
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            state = status.read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def family(tmp_path: Path) -> list[str]:
    """Arguments of a shell that starts a child, says its number, and waits for ever."""
    return ["-c", f"sleep {SLEEP} & echo $! > {tmp_path}/child; echo started; wait"]


def sh(run: Run, script: str, **config):
    return run("exec", None, command="sh", args=["-c", script], **config).output


def test_output_errors_and_exit_code_are_told_apart(run: Run):
    output = sh(run, "echo out; echo err >&2; exit 3")
    assert output.pop("duration").endswith("s")
    assert output == {
        "command": "sh",
        "args": ["-c", "echo out; echo err >&2; exit 3"],
        "exit_code": 3,
        "stdout": "out\n",
        "stderr": "err\n",
    }


def test_an_exit_code_fails_the_node_where_that_is_said(run: Run):
    with pytest.raises(NodeError, match="'sh' ended with exit code 3: no luck"):
        sh(run, "echo no luck >&2; exit 3", fail_on_error=True)
    assert sh(run, "exit 0", fail_on_error=True)["exit_code"] == 0


def test_a_signal_is_told_as_shells_do(run: Run):
    assert sh(run, "kill -TERM $$")["exit_code"] == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    "nasty", ["; echo hacked", "$(id)", "`id`", "| id", "a\nb", "-n", "", "é😀", "*"]
)
def test_no_shell_reads_the_arguments(run: Run, nasty):
    args = ["-c", "import sys; print(ascii(sys.argv[1:]))", "{{.}}", "x"]
    output = run("exec", nasty, command=sys.executable, args=args).output
    assert output["stdout"] == f"{[nasty, 'x']!a}\n"


def test_a_nul_or_too_long_an_argument_fails_the_node(run: Run):
    for bad, said in (("\0", "null byte"), ("x" * 3_000_000, "Argument list too long")):
        with pytest.raises(NodeError, match=f"cannot start 'true': .*{said}"):
            run("exec", bad, command="true", args=["{{.}}"])


def test_the_environment_is_small(run: Run, monkeypatch):
    monkeypatch.setenv("SECRET", "s3cr3t")
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    config = {"args": ["-c", script], "env": {"WHO": "{{.}}"}}
    output = run("exec", "Ada", command=sys.executable, **config).output
    seen = json.loads(output["stdout"])
    assert seen["WHO"] == "Ada"
    assert seen["PATH"] == os.environ["PATH"]
    assert set(seen) <= {"PATH", "HOME", "LANG", "WHO", "LC_CTYPE"}


def test_it_has_no_input_and_no_terminal(run: Run):
    assert sh(run, "cat; (exec < /dev/tty) 2>/dev/null || echo none")["stdout"] == "none\n"


def test_it_runs_in_the_folder_of_the_workflow_or_another(run: Run, tmp_path):
    assert run("exec", None, command="pwd").output["stdout"] == f"{tmp_path}\n"
    (tmp_path / "sub").mkdir()
    output = run("exec", None, command="pwd", working_dir="sub").output
    assert output["stdout"] == f"{tmp_path}/sub\n"
    with pytest.raises(NodeError, match=r"No such file or directory \(in .*nowhere\)"):
        run("exec", None, command="pwd", working_dir="nowhere")


def test_a_program_that_is_not_there_fails_the_node(run: Run, tmp_path):
    with pytest.raises(NodeError, match="cannot start 'no-such-program': No such file"):
        run("exec", None, command="no-such-program")
    (tmp_path / "text").write_text("")
    with pytest.raises(NodeError, match=r"cannot start './text': Permission denied"):
        run("exec", None, command="./text")


def test_bytes_that_are_no_text_are_replaced(run: Run):
    assert sh(run, r"printf 'a\377b'")["stdout"] == "a\ufffdb"


def test_its_timeout_kills_all_that_it_started(run: Run, tmp_path):
    started_s = time.monotonic()
    with pytest.raises(NodeTimeout, match="'sh' took longer than 2s"):
        run("exec", None, command="sh", args=family(tmp_path), timeout="2s")
    assert time.monotonic() - started_s < 10
    assert gone(tmp_path / "child")


def test_what_ignores_signals_is_killed_too(run: Run, tmp_path):
    script = f"trap '' TERM INT HUP; echo $$ > {tmp_path}/child; while :; do sleep 1; done"
    with pytest.raises(NodeTimeout):
        sh(run, script, timeout="2s")
    assert gone(tmp_path / "child")


def test_the_time_limit_of_the_run_ends_it(one: Load, tmp_path):
    with pytest.raises(RunTimeout):
        one("exec", command="sh", args=family(tmp_path)).run(None, timeout_s=2)
    assert gone(tmp_path / "child")


def test_a_task_that_failed_ends_the_command_beside_it(run: Run, tmp_path):
    tasks = [
        {"name": "long", "node": "exec", "config": {"command": "sh", "args": family(tmp_path)}},
        {
            "name": "bad",
            "node": "exec",
            "config": {
                "command": "sh",
                "args": ["-c", f"until [ -s {tmp_path}/child ]; do sleep 0.01; done; exit 1"],
                "fail_on_error": True,
            },
        },
    ]
    with pytest.raises(NodeError, match="task 'bad'"):
        run("parallel", None, tasks=tasks, fail_fast=True)
    assert gone(tmp_path / "child")


def test_what_it_leaves_running_is_killed_and_not_waited_for(run: Run, tmp_path):
    started_s = time.monotonic()
    output = sh(run, f"sleep {SLEEP} & echo $! > {tmp_path}/child; echo done")
    assert output["stdout"] == "done\n"
    assert time.monotonic() - started_s < 10
    assert gone(tmp_path / "child")


def test_what_fled_from_its_group_is_not_waited_for(run: Run, tmp_path):
    script = f"setsid sh -c 'echo $$ > {tmp_path}/child; exec sleep {SLEEP}' & while ! [ -s {tmp_path}/child ]; do sleep 0.01; done; echo done"
    assert sh(run, script)["stdout"] == "done\n"
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("stream", ["", " >&2"])
def test_what_writes_without_end_is_killed(run: Run, tmp_path, stream):
    with pytest.raises(NodeError, match="'sh' wrote more than 10KB"):
        sh(run, f"echo $$ > {tmp_path}/child; exec yes{stream}", max_output="10KB")
    assert gone(tmp_path / "child")


def test_all_of_a_large_output_arrives(run: Run):
    assert sh(run, "head -c 1000000 /dev/zero | tr '\\0' x")["stdout"] == "x" * 1_000_000
    with pytest.raises(NodeError, match="wrote more than 1MB"):
        sh(run, "head -c 1048577 /dev/zero")


def test_no_descriptor_is_left_open(run: Run):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        run("exec", None, command="true")
        with pytest.raises(NodeError):
            run("exec", None, command="no-such-program")
    assert len(os.listdir("/proc/self/fd")) == before


def test_ctrl_c_kills_it(tmp_path):
    node = {"name": "n", "type": "exec", "config": {"command": "sh", "args": family(tmp_path)}}
    file = tmp_path / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": [node]}))
    command = [sys.executable, "-m", "pocket.cli.main", "run", str(file)]
    with subprocess.Popen(command, start_new_session=True) as process:
        until = time.monotonic() + 30
        while not (tmp_path / "child").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    assert gone(tmp_path / "child")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "'command' is missing"),
        (
            {"command": "rm", "allowed_commands": ["ls", "cat"]},
            "'rm' is not among allowed_commands",
        ),
        ({"command": "rm", "allowed_commands": []}, "'rm' is not among allowed_commands"),
        ({"command": "ls", "env": {"A=B": "x"}}, "has not the form"),
        ({"command": "ls", "max_output": "1GB"}, "max_output is more than 9.5MB"),
        ({"command": "ls", "max_output": "lots"}, "max_output: 'lots' is not a size"),
        ({"command": "ls", "args": ["{{if}}"]}, "template 1:5"),
    ],
)
def test_a_config_that_cannot_work_is_refused_at_load(refused: Refused, config, said):
    assert said in refused("exec", **config)


def test_it_can_be_switched_off(tmp_path):
    inner = {"name": "t", "node": "exec", "config": {"command": "ls"}}
    nodes = [
        {"name": "a", "type": "exec", "config": {"command": "ls"}},
        {"name": "b", "type": "parallel", "config": {"tasks": [inner]}},
        {"name": "c", "type": "echo"},
    ]
    file = tmp_path / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": nodes}))
    with pytest.raises(InvalidWorkflow) as raised:
        Workflow.load(file, allow_exec=False)
    places = [problem.path for problem in raised.value.problems]
    assert places == ["nodes[0].type", "nodes[1].config.tasks[0].node"]
    assert "'exec' is switched off" in str(raised.value)


def test_the_policy_can_switch_it_off(one: Load, tmp_path, monkeypatch):
    monkeypatch.setenv("POCKET_HOME", str(tmp_path / "home"))
    policy = tmp_path / "home" / "policy.yaml"
    policy.parent.mkdir(mode=0o700)
    one("exec", command="true").run(None)
    policy.write_text("workflow: {exec: none}\n")
    policy.chmod(0o600)
    with pytest.raises(InvalidWorkflow, match=r"switched off by the policy \(.*policy.yaml:1:18\)"):
        one("exec", command="true")
    with Host(home=tmp_path / "other") as host:
        Workflow.load(tmp_path / "workflow.yaml", host=host)
    own = Policy.from_mapping({"workflow": {"exec": "none"}})
    with (
        Host(home=tmp_path / "other", policy=own) as host,
        pytest.raises(InvalidWorkflow, match="switched off by the policy"),
    ):
        Workflow.load(tmp_path / "workflow.yaml", host=host)
    one("echo")
    policy.write_text("workflow: {exec: some}\n")
    with pytest.raises(InvalidPolicy, match="'some' is none of none"):
        one("exec", command="true")
