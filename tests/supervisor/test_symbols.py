"""Names and debug information that are made to hurt whoever reads them, behind a module that traps."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from guests.build import leb128

from pocket.errors import StackFrame
from pocket.plugin.module import Symbols, custom_section, split_module
from pocket.supervisor.symboliser import symbolise

LINES = (Path(__file__).parents[1] / "vectors" / "lines.wasm").read_bytes()
PARTS = split_module(LINES, "lines.wasm")
STANDS = [(0, 107), (2, 126)]
"""Where its functions stand when it traps."""


def found(sections: bytes) -> list[StackFrame]:
    """Symbolise, and look at what no module may bring about."""
    assert PARTS.symbols is not None
    begun = time.monotonic()
    symbols = Symbols(LINES[:8] + sections, PARTS.symbols.code_start)
    frames = [frame for _, frame in symbolise(symbols, STANDS)]
    assert time.monotonic() - begun < 8
    for frame in frames:
        texts = [frame.function, *([frame.place.path] if frame.place else [])]
        assert all(text.isprintable() and len(text) <= 1500 for text in texts)
    return frames


def names(*pairs: tuple[int, bytes], count: int | None = None) -> bytes:
    listed = b"".join(leb128(index) + leb128(len(name)) + name for index, name in pairs)
    functions = leb128(len(pairs) if count is None else count) + listed
    return custom_section("name", b"\1" + leb128(len(functions)) + functions)


def functions(sections: bytes) -> list[str]:
    return [frame.function for frame in found(sections)]


def test_a_name_of_ten_megabytes_is_cut() -> None:
    assert functions(names((0, b"x" * (10 << 20)), (2, b"_ZN" + b"1a" * (5 << 20)))) == [
        "x" * 300,
        ("_ZN" + "1a" * 150)[:300],
    ]


def test_nothing_that_a_terminal_obeys_is_in_a_name() -> None:
    assert functions(names((0, b"\x1b[31m\r\nerror: no\x07"), (2, "\u202eevil".encode()))) == [
        "\\x1b[31m\\x0d\\x0aerror: no\\x07",
        "\\x202eevil",
    ]


@pytest.mark.parametrize(
    "section",
    [
        names(count=2**32 - 1),
        names((0, b"\xff\xfe")),
        custom_section("name", b"\1\xff\xff\xff\xff\x0f"),
        custom_section("name", bytes(1 << 20)),
        b"\0\xff\xff\xff\xff\x0f",
        names((7, b"another"), (9, b"one")),
    ],
)
def test_a_section_of_names_that_is_none_leaves_numbers(section: bytes) -> None:
    assert functions(section) == ["function 0", "function 2"]


def test_names_that_repeat_a_million_times_are_read_in_time() -> None:
    assert functions(names(*[(0, b"first"), *[(0, b"x")] * 1_000_000])) == ["first", "function 2"]


def test_forty_megabytes_of_debug_information_end_in_time_and_leave_the_names() -> None:
    noise = random.Random(7).randbytes(1 << 20) * 10
    sections = names((0, b"mine")) + b"".join(
        custom_section(name, noise) for name in (".debug_info", ".debug_abbrev", ".debug_line")
    )
    assert functions(sections)[0] == "mine"


def bent(count: int) -> Iterator[bytes]:
    assert PARTS.symbols is not None
    chance, whole = random.Random(3), PARTS.symbols.sections[8:]
    for _ in range(count):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        yield bytes(data)


def test_bent_debug_information_gives_frames_or_none() -> None:
    for sections in bent(300):
        found(sections)
