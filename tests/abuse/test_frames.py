"""Frames: a million of them, each odd in its own way, and no hang among them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest

import pocket
from abuse.table import Row
from pocket._wire import decode_results
from pocket.supervisor.channel import Channel, Disconnected, decode_frame

VECTORS = [
    bytes.fromhex(line.split(" ", 1)[1])
    for line in (Path(__file__).parents[1] / "vectors" / "frames.txt").read_text().splitlines()
    if not line.startswith("#")
]
SLOWEST_S = 0.5
"""For one frame, on a machine that is busy with other things."""


def _nested(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(12 if depth < 6 else 8)
    match kind:
        case 0:
            return None
        case 1:
            return chance.random() < 0.5
        case 2 | 3:
            return chance.randint(-(2**63), 2**64 - 1) >> chance.randrange(64)
        case 4:
            return chance.random() * 10 ** chance.randint(-300, 300)
        case 5:
            return chance.randbytes(chance.randrange(40))
        case 6:
            return "x" * chance.randrange(40)
        case 7:
            return msgpack.ExtType(chance.randrange(128), chance.randbytes(chance.randrange(9)))
        case 8:
            return {chance.randrange(100): _nested(chance, depth + 1) for _ in range(3)}
        case _:
            return [_nested(chance, depth + 1) for _ in range(chance.randrange(6))]


def hostile_frames(count: int, seed: int) -> Iterator[bytes]:
    """Give frames with their lengths: bent ones, random msgpack, lies about the length, noise."""
    chance = random.Random(seed)
    for _ in range(count):
        roll = chance.random()
        if roll < 0.6:
            bent = bytearray(chance.choice(VECTORS))
            for _ in range(chance.randint(1, 3)):
                bent[chance.randrange(len(bent))] = chance.randrange(256)
            if roll < 0.1:
                at = chance.randrange(len(bent))
                bent[at:at] = chance.randbytes(chance.randrange(9))
            elif roll < 0.2:
                del bent[chance.randrange(len(bent)) :]
            yield bytes(bent)
        elif roll < 0.7:
            body = msgpack.packb(
                [chance.choice((16, 17, 18, 19, 20, 21, 22, 32, 33)), 1, _nested(chance)]
            )
            yield len(body).to_bytes(4, "little") + body
        elif roll < 0.85:
            size = chance.choice((0, 1, 2**32 - 1, 2**31, 67_112_960, chance.randrange(100)))
            yield size.to_bytes(4, "little") + chance.choice(VECTORS)[4:]
        else:
            yield chance.randbytes(chance.randrange(64))


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(50_000, id="50,000 hostile frames"),
        pytest.param(1_000_000, id="1,000,000 hostile frames", marks=pytest.mark.slow),
    ],
)
def test_decoding(row: Row, count: int) -> None:
    accepted = 0
    begun = last = time.monotonic()
    slowest = 0.0
    for data in hostile_frames(count, seed=count):
        decode_results(bytearray(data), 7, 9)
        try:
            decode_frame(data[4:])
            accepted += 1
        except pocket.ProtocolViolation:
            pass
        now = time.monotonic()
        slowest, last = max(slowest, now - last), now
    row.took_s = time.monotonic() - begun
    assert 0 < accepted < count
    assert slowest < SLOWEST_S
    row.stopped_by = "host: frame reader"
    row.ended_as = f"{accepted} were frames"
    row.passed = True


@pytest.mark.parametrize("count", [pytest.param(10_000, id="10,000 hostile frames by a pipe")])
def test_receiving(row: Row, count: int) -> None:
    """Each in a channel of its own whose other end closes behind it, or stays and is silent."""
    begun = time.monotonic()
    ends: dict[str, int] = {}
    for data in hostile_frames(count, seed=7):
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.write(write, data)
        os.close(write)
        try:
            Channel(read, read).receive(time.monotonic() + 5)
            end = "a frame"
        except (pocket.ProtocolViolation, Disconnected) as error:
            end = type(error).__name__
        finally:
            os.close(read)
        ends[end] = ends.get(end, 0) + 1
    row.took_s = time.monotonic() - begun
    assert set(ends) == {"a frame", "ProtocolViolation", "Disconnected"}
    row.stopped_by = "host: frame reader"
    row.ended_as = f"{ends['a frame']} were frames"
    row.passed = True
