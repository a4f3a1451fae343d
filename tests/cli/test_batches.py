"""`pocket run --lines`: odd lines, slow lines, and batches that something ends."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.conftest import COMMAND, Terminal
from cli.test_terminal import DEADLINE_S, wait_until
from pocket.cli import line_reader
from pocket.cli.line_reader import LineReader

FLOW = """\
name: batch
nodes:
  - {name: wait, type: router, config: {route: "{{.n}}", routes: {slow: slow}, default: give}}
  - {name: give, type: jsonpath, config: {path: $.n}, ends: [default]}
  - {name: slow, type: delay, config: {duration: 1h}}
"""


@pytest.fixture
def terminal(terminal: Terminal) -> Terminal:
    (terminal.folder / "w.yaml").write_text(FLOW)
    return terminal


@contextmanager
def running(terminal: Terminal, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [*COMMAND, "run", "w.yaml", "--lines", *options],
        cwd=terminal.folder,
        env=terminal.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def numbered(path: Path) -> list[int]:
    return [json.loads(line)["line"] for line in path.read_text().splitlines()]


def write_lines(terminal: Terminal, *values: object) -> None:
    (terminal.folder / "in").write_text("".join(f'{{"n": {json.dumps(n)}}}\n' for n in values))


def test_files_of_windows_and_files_without_a_last_line_end_are_read(terminal: Terminal) -> None:
    (terminal.folder / "in").write_bytes(
        b'\xef\xbb\xbf{"n":1}\r\n \r\n{"n":2}\r\n\xff\xfe\r\n{"n":3}'
    )
    ended = terminal.run("run", "w.yaml", "--lines", "--input", "@in")
    assert ended.stdout.split() == ["1", "2", "3"]
    assert "error: line 4: not UTF-8: byte 0 (iconv" in ended.stderr


def test_a_result_is_on_one_line_whatever_is_in_it(terminal: Terminal) -> None:
    write_lines(terminal, "a\nb", "c")
    assert terminal.run("run", "w.yaml", "--lines", "-i", "@in").stdout == "a\\nb\nc\n"


def test_a_line_that_is_too_long_is_passed_over_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_reader, "MAX_LINE_BYTES", 300_000)
    (tmp_path / "in").write_bytes(b"a\n" + b"x" * 300_001 + b"\n" + b"y" * 300_000 + b"\n\nb")
    with (tmp_path / "in").open("rb") as file:
        lines = dict(LineReader(file.fileno(), "in"))
    assert lines == {1: b"a", 2: None, 3: b"y" * 300_000, 4: b"", 5: b"b"}


@pytest.mark.parametrize("replicas", ["1", "3"])
def test_a_result_comes_before_the_next_line_does(terminal: Terminal, replicas: str) -> None:
    with running(terminal, "--replicas", replicas) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for n in range(3):
            process.stdin.write(b'{"n": %d}\n' % n)
            process.stdin.flush()
            assert process.stdout.readline() == b"%d\n" % n
        process.send_signal(signal.SIGINT)  # while it waits for a line
        assert process.wait(DEADLINE_S) == 130


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("replicas", ["1", "3"])
def test_a_batch_that_was_ended_goes_on_where_it_was(
    terminal: Terminal, ending: signal.Signals, replicas: str
) -> None:
    results = terminal.folder / "out"
    write_lines(terminal, 1, 2)
    with (terminal.folder / "in").open("a") as file:
        file.write('no json\n\n{"n": "slow"}\n{"n": 6}\n')
    to = ("--to", "out", "--replicas", replicas)
    with running(terminal, "--input", "@in", *to) as process:
        wait_until(lambda: results.exists() and results.read_bytes().count(b"\n") == 3)
        process.send_signal(ending)
        _, said = process.communicate(timeout=DEADLINE_S)
    if ending is signal.SIGINT:
        assert said == b"stopped after line 3 of the input; --resume goes on\n"
    with results.open("ab") as file:
        file.write(b'{"line":5,"outp')  # a part of a line
    text = (terminal.folder / "in").read_text()
    (terminal.folder / "in").write_text(text.replace('"slow"', "5"))
    ended = terminal.run("run", "w.yaml", "--lines", "-i", "@in", *to, "--resume")
    assert terminal.normal(ended.stderr) == "5 lines in TIME, 1 failed\n"
    assert ended.stdout == ""
    assert ended.returncode == 15, "as the first failure, though it is of the first run"
    assert numbered(results) == [1, 2, 3, 5, 6]
    whole = [json.loads(line) for line in results.read_text().splitlines()]
    assert [result.get("output") for result in whole] == [1, 2, None, 5, 6]
    assert whole[2]["error"]["code"] == "invalid-input"


def test_a_full_disk_ends_a_batch_behind_a_whole_line(terminal: Terminal) -> None:
    write_lines(terminal, *range(100))
    ended = subprocess.run(
        [*COMMAND, "run", "w.yaml", "--lines", "--input", "@in", "--to", "out"],
        cwd=terminal.folder,
        env=terminal.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stderr, ended.returncode) == ("error: out: File too large\n", 15)
    assert numbered(terminal.folder / "out") == [1, 2, 3, 4]
    again = terminal.run("run", "w.yaml", "--lines", "-i", "@in", "--to", "out", "--resume")
    assert again.returncode == 0
    assert numbered(terminal.folder / "out") == [*range(1, 101)]


def test_results_are_overwritten_by_nobody(terminal: Terminal) -> None:
    out = terminal.folder / "out"
    write_lines(terminal, 1, 2)
    run = ("run", "w.yaml", "--lines", "--input", "@in", "--to", "out")
    for text, said in (("", "there already"), ("mine", "there already")):
        out.write_text(text)
        assert said in terminal.run(*run).stderr
        assert out.read_text() == text
    for text in ("mine", "mine\n", '{"n": 1}\n', '{"line":2,"output":1}\n{"line":2,"output":1}\n'):
        out.write_text(text)
        assert "no result of a line" in terminal.run(*run, "--resume").stderr
        assert out.read_text() == text
    out.write_text('{"line":3,"output":1}\n')
    ended = terminal.run(*run, "--resume")
    assert "the input has 2 lines, and there is a result of line 3" in ended.stderr
    assert ended.returncode == 15


def test_two_batches_do_not_write_to_one_file(terminal: Terminal) -> None:
    write_lines(terminal, 1)
    with running(terminal, "--to", "out"):
        wait_until((terminal.folder / "out").exists)
        again = ("run", "w.yaml", "--lines", "--input", "@in", "--to", "out", "--resume")
        wait_until(lambda: "another `pocket run` writes" in terminal.run(*again).stderr)


@pytest.mark.parametrize("option", [("--trace", "in"), ("--trace", "w.yaml"), ("--to", "in")])
def test_a_file_that_is_read_is_not_written_to(terminal: Terminal, option: tuple[str, str]) -> None:
    write_lines(terminal, 1)
    ended = terminal.run("run", "w.yaml", "--lines", "--input", "@in", *option)
    assert ended.returncode == 2
    assert f"Invalid value for {option[0]}: that is the" in ended.stderr
    assert (terminal.folder / "in").read_text() == '{"n": 1}\n'


def test_a_batch_does_not_feed_on_its_own_output(terminal: Terminal) -> None:
    write_lines(terminal, 1)
    with (terminal.folder / "in").open("ab") as stdout:
        ended = subprocess.run(
            [*COMMAND, "run", "w.yaml", "--lines", "--input", "@in"],
            cwd=terminal.folder,
            env=terminal.environ,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=DEADLINE_S,
            check=False,
        )
    assert b"Invalid value for stdout: that is the input" in ended.stderr


def test_a_trace_that_cannot_be_written_ends_the_batch(terminal: Terminal) -> None:
    write_lines(terminal, 1, 2, 3)
    for replicas in ("1", "3"):
        batch = ("--lines", "--input", "@in", "--replicas", replicas, "--trace", "/dev/full")
        ended = terminal.run("run", "w.yaml", *batch)
        assert ended.stderr == "error: /dev/full: No space left on device\n"
        assert (ended.stdout, ended.returncode) == ("", 15)


def test_a_trace_goes_on_with_its_batch(terminal: Terminal) -> None:
    write_lines(terminal, 1)
    run = ("run", "w.yaml", "--lines", "-i", "@in", "--to", "out", "--resume", "--trace", "trace")
    for values in ((1,), (1, 2)):
        write_lines(terminal, *values)
        assert terminal.run(*run).returncode == 0
    traced = (terminal.folder / "trace").read_text().splitlines()
    assert [json.loads(line)["run"] for line in traced] == [1, 1, 2, 2]
