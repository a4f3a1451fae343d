"""Wasm files taken apart, whatever is in them."""

from __future__ import annotations

import contextlib

import pytest
import wasmtime
from guests.build import guest, source_section
from hypothesis import given
from hypothesis import strategies as st

from pocket.errors import InvalidModule
from pocket.plugin.module import split_module

WASM = guest("echo")


def test_custom_sections_are_taken_away_and_the_source_is_kept() -> None:
    module = split_module(WASM + source_section(b"the script"), "m")
    plain = split_module(WASM, "m")
    assert module.source == b"the script"
    assert module.core == plain.core
    assert module.core_hash == plain.core_hash
    assert module.full_hash != plain.full_hash
    assert plain.source is None


@given(st.binary(max_size=2000))
def test_any_source_comes_back_whole(source: bytes) -> None:
    assert split_module(WASM + source_section(source), "m").source == source


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda data: WASM[:8] + data))
def test_no_bytes_raise_anything_but_invalid_module(data: bytes) -> None:
    with contextlib.suppress(InvalidModule):
        split_module(data, "m")


def test_a_file_cut_anywhere_is_refused_or_ends_with_a_whole_section() -> None:
    ends = 0
    for size in range(len(WASM)):
        with contextlib.suppress(InvalidModule):
            split_module(WASM[:size], "m")
            ends += 1
    assert ends < 15


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not a WebAssembly file"),
        (b"\x7fELF", "not a WebAssembly file"),
        (b"\0asm\x0d\0\1\0", "not version 1"),
        (WASM[:8] + b"\x63\x00", "unknown section 99 at byte 8"),
        (WASM[:8] + b"\x01\x05\x00", "section 1 at byte 8 is cut off"),
        (WASM[:8] + b"\x01\xff\xff\xff\xff\xff\x01", "no number at byte 9"),
        (WASM[:8] + b"\x01\xff\xff\xff\xff\x7f", "no number at byte 9"),
        (WASM[:8] + b"\x00\x02\x05a", "name of the section at byte 8 is cut off"),
        (WASM + source_section(b"a") + source_section(b"b"), "two sections named pocket.source"),
        (WASM + source_section(b"x" * ((16 << 20) + 1)), "a source of over 16MB"),
    ],
)
def test_what_is_wrong_is_named(data: bytes, problem: str) -> None:
    with pytest.raises(InvalidModule, match=problem):
        split_module(data, "m")


def _exporting(*names: str) -> bytes:
    functions = " ".join(f'(func (export "{name}"))' for name in names)
    return bytes(wasmtime.wat2wasm(f'(module (memory (export "memory") 1) {functions})'))


@pytest.mark.parametrize(
    ("names", "is_command"),
    [
        (["_start"], True),
        (["_start", "_initialize"], True),
        (["_start", "__pocket_call"], False),
        (["_start", "__pocket_alloc"], False),
        (["__pocket_call", "__pocket_alloc"], False),
        ([], False),
    ],
)
def test_a_command_exports_a_start_and_nothing_of_a_pocket_module(
    names: list[str], *, is_command: bool
) -> None:
    assert split_module(_exporting(*names), "x").is_command is is_command


def test_exports_that_cannot_be_read_are_left_to_the_compiler() -> None:
    wasm = _exporting("_start")
    section = wasm.index(b"\x07", 8)
    for cut in range(section + 2, len(wasm)):
        broken = wasm[: section + 1] + bytes([cut - section - 2]) + wasm[section + 2 : cut]
        try:
            split_module(broken, "x")
        except InvalidModule:
            continue
