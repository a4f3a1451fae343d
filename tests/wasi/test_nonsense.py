"""Random calls with random arguments: every one is answered, and nothing outside changes."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from wasi.console import DATA, MEMORY_BYTES, NAMES, SIGNATURES, Console, console
from wasi.driver import READS, Grant

NUMBERS = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    15,
    64,
    99,
    4096,
    2**31 - 1,
    2**31,
    2**32 - 1,
    2**63,
    2**64 - 1,
]
ADDRESSES = [DATA, DATA + 8, DATA + 16, DATA + 64, MEMORY_BYTES - 8, MEMORY_BYTES - 1, MEMORY_BYTES]
PATHS = [b"hello\0", b"sub/deep", b"../secret", b"/etc", b"sub/..\0", b"new\0", b"a/b/c/\0"]


@pytest.mark.parametrize("seed", range(4))
def test_every_call_is_answered(data: Path, seed: int) -> None:
    chance = random.Random(seed)
    before = {str(file) for file in data.parent.rglob("*") if not file.is_relative_to(data)}
    grants = [Grant(data), Grant(data.parent, "/readable", READS)]
    with Console(console(), grants, disk_bytes=1 << 20, cpu_ms=20_000) as guest:
        for _ in range(3_000):
            name = chance.choice(NAMES)
            words = [
                chance.choice(chance.choice([NUMBERS, ADDRESSES, range(10)]))
                for _ in SIGNATURES[name]
            ]
            head = struct.pack("<q", NAMES.index(name)) + b"".join(
                struct.pack("<Q", word) for word in words
            )
            shown = b"".join(chance.choice(PATHS).ljust(8, b"\0") for _ in range(8))
            if name == "poll_oneoff":
                shown = bytes(512)  # or it may sleep for as long as the text of a path says
            answer = guest.call(head.ljust(80, b"\0") + shown + bytes(512))
            assert int.from_bytes(answer[:4], "little") < 77, (name, words)
    after = {str(file) for file in data.parent.rglob("*") if not file.is_relative_to(data)}
    assert after == before
    assert (data.parent / "secret").read_text() == "secret"
