"""Ctrl-C, and whoever else asks the command to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cli.conftest import COMMAND, Terminal
from cli.test_terminal import DEADLINE_S, wait_until


def alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    return False


class Sleepers:
    """A workflow whose node is a command that tells its process id, and sleeps."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._pids = terminal.folder / "pids"
        self._pids.mkdir()
        script = f"touch {self._pids}/$$; exec sleep 1000"
        config = {"command": "sh", "args": ["-c", script], "timeout": "1h"}
        # After Ctrl-C nothing stands in for the node.
        touch = {"command": "touch", "args": [str(terminal.folder / "stood-in")]}
        nodes = [
            {"name": "n", "type": "exec", "config": config, "fallback": {"node": "instead"}},
            {"name": "instead", "type": "exec", "config": touch},
        ]
        (terminal.folder / "w.yaml").write_text(json.dumps({"name": "w", "nodes": nodes}))

    @property
    def pids(self) -> list[int]:
        return [int(file.name) for file in self._pids.iterdir()]

    @contextmanager
    def run(self, *options: str, count: int = 1) -> Iterator[subprocess.Popen[str]]:
        """Run the command until so many sleep."""
        command = [*COMMAND, "run", "w.yaml", *options]
        with subprocess.Popen(
            command,
            cwd=self.terminal.folder,
            env=self.terminal.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                wait_until(lambda: len(self.pids) == count)
                yield process
            finally:
                process.kill()

    def check_over(self) -> None:
        assert not any(map(alive, self.pids))
        assert not (self.terminal.folder / "stood-in").exists()


@pytest.fixture
def sleepers(terminal: Terminal) -> Sleepers:
    return Sleepers(terminal)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_all_that_is_under_way(
    sleepers: Sleepers, number: signal.Signals, code: int
) -> None:
    with sleepers.run() as command:
        command.send_signal(number)
        assert command.communicate(timeout=DEADLINE_S) == ("", "")
    assert command.returncode == code
    sleepers.check_over()


def test_ctrl_c_ends_all_lines_that_are_under_way(sleepers: Sleepers) -> None:
    (sleepers.terminal.folder / "lines").write_text("{}\n" * 50)
    with sleepers.run("--lines", "--input", "@lines", "--replicas", "3", count=3) as command:
        command.send_signal(signal.SIGINT)
        said = "stopped after line 0 of the input; tail -n +1 gives the rest\n"
        assert command.communicate(timeout=DEADLINE_S) == ("", said)
    assert command.returncode == 130
    assert len(sleepers.pids) == 3, "no other line begins"
    sleepers.check_over()


def test_more_ctrl_c_changes_nothing(sleepers: Sleepers) -> None:
    with sleepers.run() as command:
        while command.poll() is None:
            command.send_signal(signal.SIGINT)
            time.sleep(0.001)
        assert command.communicate(timeout=DEADLINE_S) == ("", "")
    assert command.returncode == 130
    sleepers.check_over()


STUBBORN = """
import time
from pathlib import Path
from pocket import node

@node("stubborn", description="Ends when it likes")
def stubborn(value, config, scope):
    Path("begun").touch()
    time.sleep(1000)
"""


def test_what_does_not_end_is_left_by_a_second_ctrl_c(terminal: Terminal) -> None:
    (terminal.folder / "stubborn.py").write_text(STUBBORN)
    program = "import stubborn; from pocket.cli.main import main; main()"
    tasks = [{"name": name, "node": "stubborn"} for name in "ab"]
    nodes = [{"name": "n", "type": "parallel", "config": {"tasks": tasks}}]
    (terminal.folder / "w.yaml").write_text(json.dumps({"name": "w", "nodes": nodes}))
    with subprocess.Popen(
        [COMMAND[0], "-c", program, "run", "w.yaml"],
        cwd=terminal.folder,
        env=terminal.environ | {"PYTHONPATH": f"{terminal.environ['PYTHONPATH']}{os.pathsep}."},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        wait_until((terminal.folder / "begun").exists)
        command.send_signal(signal.SIGINT)
        assert command.stderr is not None
        said = "a function of Python's is still under way; the same signal again ends it at once"
        assert command.stderr.readline() == f"{said}\n"
        command.send_signal(signal.SIGINT)
        assert command.communicate(timeout=DEADLINE_S) == ("", "")
    assert command.returncode == 130


INTERRUPTED_START = """
import os, signal, subprocess, time
from pathlib import Path

popen = subprocess.Popen

def start(*arguments, **options):
    process = popen(*arguments, **options)
    Path(f"pids/{process.pid}").touch()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)
    return process

subprocess.Popen = start
from pocket.cli.main import main
main()
"""


def test_ctrl_c_while_a_command_begins_leaves_nothing_running(terminal: Terminal) -> None:
    sleepers = Sleepers(terminal)
    ended = subprocess.run(
        [COMMAND[0], "-c", INTERRUPTED_START, "run", "w.yaml"],
        cwd=terminal.folder,
        env=terminal.environ,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
    assert len(sleepers.pids) == 1
    sleepers.check_over()


def test_a_reader_that_leaves_ends_all_lines_that_are_under_way(terminal: Terminal) -> None:
    sleepers = Sleepers(terminal)
    nodes = json.loads((terminal.folder / "w.yaml").read_text())["nodes"]
    which = {"route": "{{.go}}", "routes": {"on": "done", "sleep": "n"}}
    router = {"name": "which", "type": "router", "config": which, "ends": ["done"]}
    (terminal.folder / "w.yaml").write_text(json.dumps({"name": "w", "nodes": [router, *nodes]}))
    # Printing the first one takes as long as nobody reads it: a pipe holds 64 KiB.
    long = json.dumps({"go": "on", "text": "x" * 200_000})
    (terminal.folder / "lines").write_text(f'{long}\n{{"go": "sleep"}}\n')
    with sleepers.run("--lines", "--input", "@lines", "--replicas", "2") as command:
        assert command.stdout is not None
        assert command.stderr is not None
        assert command.stdout.read(1) == "{"
        command.stdout.close()
        assert command.wait(DEADLINE_S) == 0
        assert command.stderr.read() == ""
    sleepers.check_over()


UNSEEN = """
import signal, threading, time
from pocket.cli.interrupts import Interrupts

interrupts = Interrupts()
interrupts.listen()
# Heard by another thread, it ends no wait of the main one; so it is where it comes just before one.
press = lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT)
threading.Timer(0.2, press).start()
begun_s = time.monotonic()
try:
    time.sleep(30)
except KeyboardInterrupt:
    print(interrupts.exit_code, time.monotonic() - begun_s)
"""


def test_ctrl_c_that_comes_just_before_a_wait_ends_it(terminal: Terminal) -> None:
    program = [COMMAND[0], "-c", UNSEEN]
    environ = terminal.environ
    ended = subprocess.run(program, env=environ, capture_output=True, text=True, check=True)
    code, took_s = ended.stdout.split()
    assert code == "130"
    assert float(took_s) < 10
