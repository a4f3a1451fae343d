"""What the command line is to a terminal, a pipe, a signal and a shell."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from cli.conftest import COMMAND, ROOT, Terminal

DEADLINE_S = 20.0
ESCAPE = "\x1b"


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]


def workers(pid: int) -> list[int]:
    return [
        child for child in children(pid) if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.fixture
def looping(terminal: Terminal) -> Iterator[subprocess.Popen[str]]:
    """A command in the middle of a call that would take half a minute."""
    limits = {"cpu": "30s", "timeout": "30s"}
    plugin_folder(terminal.folder, "loop", wasm=guest("loop"), permissions=limits)
    arguments = ["plugins", "call", "./loop", "main", "--input", "1"]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=terminal.folder,
        env=terminal.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        yield command
        command.kill()


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("whole_group", [False, True])
def test_ctrl_c_in_a_call_exits_130_and_leaves_no_worker(
    looping: subprocess.Popen[str], whole_group: bool
) -> None:
    wait_until(lambda: workers(looping.pid))
    (worker,) = workers(looping.pid)
    # The plugin's call is under way once its worker computes.
    wait_until(lambda: cpu_ticks(worker) > 10)
    # A terminal sends it to the whole group.
    (os.killpg if whole_group else os.kill)(looping.pid, signal.SIGINT)
    stdout, stderr = looping.communicate(timeout=DEADLINE_S)
    assert looping.returncode == 130
    assert (stdout, stderr.strip()) == ("", "")
    wait_until(lambda: not Path(f"/proc/{worker}").exists())


def test_a_command_that_is_killed_leaves_no_worker(looping: subprocess.Popen[str]) -> None:
    wait_until(lambda: workers(looping.pid))
    (worker,) = workers(looping.pid)
    looping.kill()
    looping.wait()
    wait_until(lambda: not Path(f"/proc/{worker}").exists())


@pytest.mark.parametrize(
    "arguments", [["nodes", "list"], ["nodes", "info", "conditional"], ["--help"], ["version"]]
)
def test_a_closed_pipe_is_no_error(terminal: Terminal, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [*COMMAND, *arguments],
        env=terminal.environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_batch_stops_quietly_when_nobody_reads_on(terminal: Terminal) -> None:
    (terminal.folder / "echo.yaml").write_text("name: e\nnodes: [{name: a, type: echo}]\n")
    (terminal.folder / "lines").write_text('"x"\n' * 50_000)
    with subprocess.Popen(
        [*COMMAND, "run", "echo.yaml", "--lines", "--input", "@lines"],
        cwd=terminal.folder,
        env=terminal.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        assert command.stderr is not None
        assert command.stdout.readline() == '{"message":"","input":"x","node":"a"}\n'
        command.stdout.close()
        assert command.stderr.read() == ""
    assert command.returncode == 0


def on_a_terminal(
    terminal: Terminal,
    *arguments: str,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
    **environ: str,
) -> str:
    """Run a command whose output (unless that goes elsewhere) and errors go to a pseudo-terminal.

    Gives what the terminal got.
    """
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=terminal.folder,
        env=terminal.environ | {"TERM": "xterm-256color"} | environ,
        stdin=stdin,
        stdout=follower if stdout is None else stdout,
        stderr=follower,
    ):
        os.close(follower)
        seen = bytearray()
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # what Linux says once nobody writes any more
                break
            if not part:
                break
            seen += part
    os.close(leader)
    return seen.decode().replace("\r\n", "\n")


def test_colours_are_for_terminals_that_want_them(terminal: Terminal) -> None:
    arguments = ("plugins", "info", "nothing")
    seen = on_a_terminal(terminal, *arguments)
    assert seen.startswith(f"{ESCAPE}[31merror:{ESCAPE}[0m no plugin named 'nothing' is installed")
    plain = on_a_terminal(terminal, *arguments, NO_COLOR="1")
    piped = terminal.run(*arguments)
    assert plain == piped.stderr
    assert ESCAPE not in plain


@pytest.mark.parametrize("source", ["@lines", "-"])
def test_a_long_batch_shows_how_much_is_done(terminal: Terminal, source: str) -> None:
    (terminal.folder / "wait.yaml").write_text(
        "name: w\nnodes: [{name: a, type: delay, config: {duration: 300ms}}]\n"
    )
    (terminal.folder / "lines").write_text("1\n" * 6)
    reading, writing = os.pipe()
    os.write(writing, b"1\n" * 6)
    os.close(writing)
    command = ("run", "wait.yaml", "--lines", "--input", source)
    seen = on_a_terminal(terminal, *command, stdin=reading, stdout=subprocess.DEVNULL)
    os.close(reading)
    assert "5 lines, 0 failed" in seen
    # The end of a pipe is not known before it comes.
    assert ("83%" in seen) == (source == "@lines")


def test_what_a_plugin_says_never_reaches_a_terminal_as_it_is(terminal: Terminal) -> None:
    folder = plugin_folder(terminal.folder, "rude", wasm=guest("echo"))
    manifest = folder / "manifest.yaml"
    manifest.write_text(
        manifest.read_text().replace("A guest of the tests", '"\\e]0;owned\\a\\e[2J"')
    )
    terminal.run("plugins", "install", "./rude")
    for arguments in (
        ("plugins", "validate", "./rude"),
        ("plugins", "info", "rude"),
        ("plugins", "list"),
        ("plugins", "list", "--output", "json"),
        ("plugins", "list", "--output", "yaml"),
    ):
        seen = on_a_terminal(terminal, *arguments)
        assert "owned" in seen
        assert ESCAPE not in seen
        assert "\a" not in seen


def completed(terminal: Terminal, line: str) -> list[str]:
    words = line.split(" ")
    ended = terminal.run(
        _POCKET_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1)
    )
    assert ended.stderr == ""
    return ended.stdout.split()


def test_a_shell_completes_commands_plugins_and_node_types(terminal: Terminal) -> None:
    for name in ("sorter", "sifter", "other"):
        folder = plugin_folder(
            terminal.home / "plugins", name, wasm=guest("echo"), nodes=[f"{name}-node"]
        )
        assert folder.exists()
    (terminal.home / "plugins" / "broken").mkdir()
    assert completed(terminal, "pocket pl") == ["plugins"]
    assert completed(terminal, "pocket plugins in") == ["info", "install"]
    for command in ("info", "remove", "call", "test"):
        assert completed(terminal, f"pocket plugins {command} s") == ["sifter", "sorter"]
    assert completed(terminal, "pocket bench s") == ["sifter", "sorter"]
    assert completed(terminal, "pocket nodes info s") == ["sifter-node", "sorter-node"]
    assert "--replace" in completed(terminal, "pocket plugins install --r")
    assert completed(terminal, "pocket nodes list --output j") == ["json"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_shown(terminal: Terminal, shell: str) -> None:
    # Else the shell is the one that the tests were started from, if there is one.
    ended = terminal.run(
        "--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"
    )
    assert "_POCKET_COMPLETE" in ended.stdout


_ECHO = "{name: echo, nodes: [{name: hello, type: echo, config: {message: hi}}]}"
_LISTED = "yaml pocket.document pocket.cli.run pocket.cli.bench pocket.cli.plugins pocket.cli.nodes"
_HEAVY = "httpx rich jsonschema gotpl msgpack packaging asyncio ssl pydantic pocket.nodes.http"


@pytest.mark.parametrize(
    ("arguments", "too_much"),
    [
        ([], f"{_HEAVY} yaml jsonschema_rs pocket.cli.run pocket.cli.plugins"),
        (["--help"], f"{_HEAVY} {_LISTED}"),
        (["version"], f"{_HEAVY} yaml jsonschema_rs pocket.cli.run pocket.cli.plugins"),
        (["run", "echo.yaml"], f"{_HEAVY} pocket.supervisor pocket.cli.plugins pocket.nodes.lua"),
    ],
    ids=["no command", "help", "version", "run"],
)
def test_the_command_starts_without_what_most_commands_never_need(
    tmp_path: Path, arguments: list[str], too_much: str
) -> None:
    (tmp_path / "echo.yaml").write_text(_ECHO)
    script = f"""
import sys
from pocket.cli.main import app
if {arguments}:
    try:
        app({arguments}, standalone_mode=False)
    except SystemExit:
        pass
print(*set("{too_much}".split()) & set(sys.modules))
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert ended.stdout.splitlines()[-1:] == [""]


def test_a_shell_that_completes_a_command_imports_none(terminal: Terminal, tmp_path: Path) -> None:
    trap = tmp_path / "sitecustomize.py"
    trap.write_text(
        "import sys; sys.modules['pocket.cli.run'] = None  # fails where it is imported"
    )
    ended = terminal.run(
        _POCKET_COMPLETE="complete_bash",
        COMP_WORDS="pocket r",
        COMP_CWORD="1",
        PYTHONPATH=f"{tmp_path}:{ROOT}",
    )
    assert ended.stdout.split() == ["run"]
