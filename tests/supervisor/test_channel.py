"""Workers that lie: whatever they send, the host is not hurt and does not wait."""

from __future__ import annotations

import os
import random
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgpack
import pytest
from conftest import Load
from hypothesis import given
from hypothesis import strategies as st

import pocket
from pocket._wire import decode_results, encode_calls
from pocket.supervisor import channel as frames
from pocket.supervisor.channel import Channel, Disconnected, decode_frame, encode_frame

VECTORS = dict(
    line.split(" ", 1)
    for line in (Path(__file__).parents[1] / "vectors" / "frames.txt").read_text().splitlines()
    if not line.startswith("#")
)


TRACE = (7).to_bytes(4, "little") + (300).to_bytes(4, "little")
"""Function 7, at byte 300 of its module."""


def _vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name])


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("ready", [frames.READY, 0, "wasmer-7.4.0", 65_536]),
        ("result", [frames.RESULT, 7, b"{}", 1, 300, 65_536, 5_000]),
        ("failure", [frames.FAILURE, 7, "trap", "unreachable", 1, 300, 65_536, 5_000, TRACE]),
        ("log", [frames.LOG, 7, 3, b"hot"]),
        ("mailed-result", [frames.MAILED_RESULT, 7]),
        ("host-call", [frames.HOST_CALL, 7, b"{}"]),
        ("stream-read", [frames.STREAM_READ, 7]),
        ("stream-write", [frames.STREAM_WRITE, 7, b"hot"]),
        ("compiled", [frames.COMPILED, 0, "wasmer-7.4.0", ["export `memory` is missing"], b""]),
        ("condensed", [frames.CONDENSED, 0, b"\0asm"]),
        ("symbolised", [frames.SYMBOLISED, 0, [0, "f", "a.c", 3, 1]]),
    ],
)
def test_what_a_worker_sends_reads_as_in_the_vectors(name: str, frame: list[object]) -> None:
    assert decode_frame(_vector(name)[4:]) == frame


@pytest.mark.parametrize(
    "frame",
    [
        [frames.RESULT, 7, b"{}", -1, 300, 65_536, 0],
        [frames.RESULT, 7, b"{}", 1, 300, -(2**63), 0],
        [frames.FAILURE, 7, "trap", "unreachable", 1, -1, 65_536, 0, TRACE],
    ],
)
def test_no_cost_is_below_zero(frame: list[object]) -> None:
    with pytest.raises(pocket.ProtocolViolation, match="below 0"):
        decode_frame(encode_frame(frame)[4:])


def test_what_the_host_sends_is_as_in_the_vectors() -> None:
    limits = [50 << 20, 100_000, 1000, 2000, 1 << 20, 65_536, 4242, False, 1000, 64 << 20, 0]
    folders = [["/data", 1]]
    assert encode_calls(7, [b"{}"]) == _vector("call")
    assert encode_calls(7, [b"{}", b""]) == _vector("call") + encode_calls(8, [b""])
    assert encode_frame([frames.MAILED_CALL, 7]) == _vector("mailed-call")
    assert encode_frame([frames.START, 0, frames.PROTOCOL, limits, None, [], []]) == _vector(
        "start"
    )
    start = [frames.START, 0, frames.PROTOCOL, limits, b"hi", [b"A=1"], folders]
    assert encode_frame(start) == _vector("start-source")
    assert encode_frame([frames.COMPILE, 0, b"\0asm", True]) == _vector("compile")
    assert encode_frame([frames.HOST_ANSWER, 7, b"{}"]) == _vector("host-answer")
    assert encode_frame([frames.SYMBOLISE, 0, b"\0asm", 300, TRACE]) == _vector("symbolise")
    assert encode_frame([frames.CONDENSE, 0, b"\0asm", "/home/me"]) == _vector("condense")
    assert frames.encode_bytes(frames.STREAMED_CALL, 7, b"{}") == _vector("streamed-call")
    assert frames.encode_bytes(frames.CHUNK, 7, b"hot") == _vector("chunk")


_MSGPACK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@given(st.binary(max_size=300), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.data())
def test_a_result_is_read_by_its_offsets_as_msgpack_would_read_it(
    payload: bytes, small: int, large: int, data: st.DataObject
) -> None:
    body = b"\x97\x11\xce%b\xc6%b%b\xce%b\xce%b\xcf%b\xcf%b" % (
        small.to_bytes(4, "big"),
        len(payload).to_bytes(4, "big"),
        payload,
        small.to_bytes(4, "big"),
        bytes(4),
        large.to_bytes(8, "big"),
        bytes(8),
    )
    frame = len(body).to_bytes(4, "little") + body
    assert decode_frame(body) == [frames.RESULT, small, payload, small, 0, large, 0]
    outcome = (payload, (small, 0, large, None))
    assert decode_results(bytearray(frame), small, 9) == ([outcome], len(frame))
    assert decode_results(bytearray(frame + frame), small, 9) == ([outcome], len(frame))
    assert decode_results(bytearray(frame), small, 0) == ([], 0)
    # Whatever is not such a frame is left to the general reader.
    assert decode_results(bytearray(frame), small ^ 1, 9) == ([], 0)
    at = data.draw(st.integers(0, len(frame) - 1))
    assert decode_results(bytearray(frame[:at]), small, 9) == ([], 0)
    damaged = bytearray(frame)
    damaged[data.draw(st.sampled_from([0, 4, 5, 6, 11, len(frame) - 18, len(frame) - 9]))] ^= 0xFF
    assert decode_results(damaged, small, 9) == ([], 0)


@given(st.lists(st.binary(max_size=40), max_size=5), st.binary(max_size=80))
def test_results_are_read_until_something_else_comes(payloads: list[bytes], rest: bytes) -> None:
    written = b""
    for call_id, payload in enumerate(payloads, 1):
        body = b"\x97\x11\xce%b\xc6%b%b\xce%b\xce%b\xcf%b\xcf%b" % (
            call_id.to_bytes(4, "big"),
            len(payload).to_bytes(4, "big"),
            payload,
            bytes(4),
            bytes(4),
            bytes(8),
            (3).to_bytes(8, "big"),
        )
        written += len(body).to_bytes(4, "little") + body
    outcomes, size = decode_results(bytearray(written + rest), 1, 9)
    assert outcomes == [(payload, (0, 0, 0, 3)) for payload in payloads]
    assert size == len(written)


@given(st.binary(max_size=100) | _MSGPACK.map(msgpack.packb))
def test_no_bytes_raise_anything_but_a_protocol_violation(body: bytes) -> None:
    try:
        frame = decode_frame(body)
    except pocket.ProtocolViolation:
        return
    assert frame[0] in (16, 17, 18, 19, 20, 21, 22, 32, 33)


def test_a_million_mutated_frames_neither_hang_nor_hurt() -> None:
    chance = random.Random(20)
    originals = [_vector(name)[4:] for name in VECTORS]
    accepted = 0
    for _ in range(1_000_000 // (1 if os.environ.get("POCKET_FUZZ_LONG") else 20)):
        body = bytearray(chance.choice(originals))
        body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            decode_frame(bytes(body))
            accepted += 1
        except pocket.ProtocolViolation:
            pass
    assert accepted > 0


@pytest.mark.parametrize("size", [frames.MAX_FRAME_BYTES + 1, 0xFFFF_FFFF])
def test_a_frame_that_is_too_long_is_refused_by_its_length_alone(size: int) -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.write(write, size.to_bytes(4, "little"))
    with pytest.raises(pocket.ProtocolViolation, match=str(size)):
        Channel(write, read).receive(time.monotonic() + 5)
    os.close(write)
    os.close(read)


def test_a_pipe_that_ends_within_a_frame_is_a_disconnection() -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.write(write, _vector("result")[:-3])
    os.close(write)
    with pytest.raises(Disconnected):
        Channel(read, read).receive(time.monotonic() + 5)
    os.close(read)


LIAR = """#!{python} -IS
import os, sys, time
READY = bytes.fromhex({ready!r})
def read():
    size = int.from_bytes(os.read(0, 4), "little")
    while size > 0:
        size -= len(os.read(0, size)) or sys.exit()
def write(data):
    while data:
        data = data[os.write(1, data):]
read()
{body}
"""

Lie = Callable[[str], pocket.Plugin]


@pytest.fixture
def lie(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lie:
    """Load a good plugin, then have its next workers be liars that run this Python code."""

    def lie(body: str) -> pocket.Plugin:
        plugin = load("echo", permissions={"timeout": "1s"})
        plugin.call("main", None)
        os.kill(plugin.pid or 0, 9)
        with pytest.raises(pocket.PluginCrashed):
            plugin.call("main", None)
        program = tmp_path / "liar"
        ready = _vector("ready").hex()
        program.write_text(LIAR.format(python=sys.executable, ready=ready, body=body))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr("pocket.supervisor.process.find_worker", lambda: str(program))
        return plugin

    return lie


def _frame(*fields: object) -> str:
    return repr(encode_frame(list(fields)))


LIES = {
    "no frame": ("write(b'\\xff' * 4000)", pocket.ProtocolViolation),
    "a huge frame": ("write(b'\\xff\\xff\\xff\\x7f')", pocket.ProtocolViolation),
    "ready twice": ("write(READY + READY); read()", pocket.ProtocolViolation),
    "a result before the call": (
        f"write(READY + {_frame(17, 1, b'{}', 1, 1, 1, 0)}.replace(b'\\x11\\x01', b'\\x11\\x02')); read()",
        pocket.ProtocolViolation,
    ),
    "another id": (
        f"write(READY); read(); write({_frame(17, 99, b'{}', 1, 1, 1, 0)})",
        pocket.ProtocolViolation,
    ),
    "a wrong type": (
        f"write(READY); read(); write({_frame(17, 1, 'text', 1, 1, 1, 0)})",
        pocket.ProtocolViolation,
    ),
    "too few fields": (f"write(READY); read(); write({_frame(17, 1)})", pocket.ProtocolViolation),
    "an unknown failure": (
        f"write(READY); read(); write({_frame(18, 1, 'odd', '', 1, 1, 1, 0, b'')})",
        pocket.ProtocolViolation,
    ),
    "a trace that is no pairs": (
        f"write(READY); read(); write({_frame(18, 1, 'trap', '', 1, 1, 1, 0, b'odd')})",
        pocket.ProtocolViolation,
    ),
    "a trace without end": (
        f"write(READY); read(); write({_frame(18, 1, 'trap', '', 1, 1, 1, 0, bytes(8 * 51))})",
        pocket.ProtocolViolation,
    ),
    "a host call that nothing permits": (
        f"write(READY); read(); write({_frame(20, 1, b'{}')}); time.sleep(60)",
        pocket.ProtocolViolation,
    ),
    "compiled out of turn": (
        f"write(READY); read(); write({_frame(32, 0, 'x', [], b'')})",
        pocket.ProtocolViolation,
    ),
    "silence": ("write(READY); read(); time.sleep(60)", pocket.CallTimeout),
    "one byte at a time": (
        "write(READY); read(); write(b'\\xff\\0\\0\\0')\nwhile True: write(b'x'); time.sleep(0.01)",
        pocket.CallTimeout,
    ),
    "log lines for ever": (
        f"write(READY); read()\nwhile True: write({_frame(19, 1, 1, b'x' * 900)})",
        pocket.ProtocolViolation,
    ),
    "an exit": ("write(READY); read(); sys.exit(3)", pocket.PluginCrashed),
    "a closed pipe": ("write(READY); read(); os.close(1); time.sleep(60)", pocket.PluginCrashed),
    "a flood of stderr": (
        "write(READY); read()\nwhile True: os.write(2, b'x' * 1000)",
        pocket.CallTimeout,
    ),
    "a fork that keeps the pipe": (
        "write(READY); read()\nif os.fork(): os._exit(0)\ntime.sleep(3)",
        pocket.CallTimeout,
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_worker_that_lies_is_killed_and_named(lie: Lie, name: str) -> None:
    body, error = LIES[name]
    plugin = lie(body)
    begun = time.monotonic()
    with pytest.raises(error):
        plugin.call("main", None)
    assert time.monotonic() - begun < 5
    assert plugin.pid is None


def test_a_worker_that_never_reads_cannot_block_a_large_call(lie: Lie) -> None:
    plugin = lie("write(READY); time.sleep(60)")
    with pytest.raises(pocket.CallTimeout):
        plugin.call("main", "x" * (1 << 20))


def test_a_worker_that_never_gets_ready_runs_into_the_limit_of_its_start(
    lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocket.supervisor.limits.START_TIMEOUT_S", 0.3)
    with pytest.raises(pocket.CallTimeout, match="start"):
        lie("time.sleep(60)").call("main", None)
