"""Programs in C, written for no host in particular, do what they do anywhere."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pocket.supervisor.channel import DeadlineExceeded
from wasi.build import program
from wasi.console import Console, Out, console
from wasi.driver import Grant, Guest, GuestFailed

ASKED = b'{"node":"main","function":"exec","config":{},"input":"to be or not to be"}'


def test_a_program_works_with_files_by_stdio(data: Path) -> None:
    with Guest(program("files"), [Grant(data)]) as guest:
        output = json.loads(guest.call(b""))["output"]
    lines = "".join(f"line {number}\n" for number in range(5000))
    assert output == {"line": "line 1233", "end": "4999", "size": len(lines), "entries": 301}
    text = (data / "made" / "report.txt").read_text()
    assert text == "LINE" + lines[4:100] + "appended"
    assert sorted(file.name for file in data.iterdir()) == ["hello", "made", "sub"]


def test_a_command_reads_its_request_and_writes_its_response() -> None:
    with Guest(program("words")) as guest:
        for _ in range(5):
            assert guest.call(ASKED) == b'{"success":true,"output":6}'


@pytest.mark.parametrize("fresh", [True, False])
def test_each_call_of_a_command_is_a_run_of_its_own(*, fresh: bool) -> None:
    with Guest(
        program("surroundings"), environ=[b"GREETING=hello", b"EMPTY="], fresh=fresh
    ) as guest:
        outputs = [json.loads(guest.call(b""))["output"] for _ in range(4)]
    for output in outputs:
        assert output["greeting"] == "hello"
        assert output["missing"] is True
        assert output["runs"] == 1
        assert 30_000_000 <= output["slept"] < 2_000_000_000
        assert abs(output["time"] / 1e9 - time.time()) < 60
    assert len({output["drawn"] for output in outputs}) == 4


def test_a_status_other_than_0_is_a_failure_with_stderr_in_the_log() -> None:
    with Guest(program("words")) as guest:
        with pytest.raises(GuestFailed) as raised:
            guest.call(b"{}")
        assert raised.value.args == ("trap", "the plugin left by proc_exit(3)")
        assert guest.log == [(2, b"plugin: no text in the input")]


def test_a_response_over_the_cap_ends_the_run_at_once() -> None:
    with Guest(program("chatter"), output_bytes=1 << 20) as guest:
        begun = time.monotonic()
        with pytest.raises(GuestFailed, match="output-too-large"):
            guest.call(b"")
        assert time.monotonic() - begun < 2


def test_the_largest_requests_and_responses_fit_again_and_again() -> None:
    request = b"x" * (60 << 20)
    with Guest(program("copy"), output_bytes=64 << 20, fresh=True) as guest:
        for _ in range(3):
            assert guest.call(request) == request


def test_a_sleep_of_a_year_ends_with_the_patience_of_the_host() -> None:
    with Guest(program("sleeper")) as guest, pytest.raises(DeadlineExceeded):
        guest.call(b"", timeout_s=0.3)


def test_what_a_reactor_prints_is_in_the_log_line_by_line() -> None:
    with Guest(program("speaker"), fresh=True) as guest:
        for _ in range(3):
            guest.log.clear()
            assert json.loads(guest.call(b""))["output"] == 1
            out = [line for level, line in guest.log if level == 1]
            assert out == [b"end of input: 1", b"0 1 2 ", b"no end of line"]
            assert [line for level, line in guest.log if level == 2] == [b"one line"]


def test_variables_are_laid_out_one_after_the_other() -> None:
    with Console(console(), environ=[b"A=1", b"LONG=two words"]) as guest:
        assert guest.ask("environ_sizes_get", Out(4), Out(4)).outs[:2] == [
            b"\2\0\0\0",
            b"\x13\0\0\0",
        ]
        pointers, texts, _ = guest.ask("environ_get", Out(8), Out(19)).outs
        assert texts == b"A=1\0LONG=two words\0"
        first, second = (int.from_bytes(pointers[at : at + 4], "little") for at in (0, 4))
        assert second - first == 4
        assert guest.ask("args_sizes_get", Out(4), Out(4)).outs[:2] == [bytes(4), bytes(4)]


@pytest.mark.parametrize(("fresh", "read"), [(True, b"hhhh"), (False, b"hell")])
def test_what_was_opened_at_the_start_is_open_in_every_call(
    data: Path, *, fresh: bool, read: bytes
) -> None:
    with Guest(program("opener"), [Grant(data)], fresh=fresh) as guest:
        assert b"".join(guest.call(b"") for _ in range(4)) == read
