"""Debug information as a compiler would never write it: DWARF 4, in the sections of a module."""

from __future__ import annotations

import struct
from pathlib import Path

from guests.build import leb128

from pocket.plugin.module import custom_section, with_debug_sections

LINES = (Path(__file__).parents[1] / "vectors" / "lines.wasm").read_bytes()
"""Traps at its first call, in code that the line program of `lines` is about."""
CODE_BYTES = 64

_ABBREVIATIONS = bytes.fromhex(
    "01 11 01 1101 120f 1017 0000"  # a unit: where it begins, its size, its lines
    "02 2e 01 1101 120f 0000"  # a function
    "03 1d 01 0308 1101 120f 580f 590f 570f 0000"  # one that was inlined: its name, where, from where
    "00"
)  # fmt: skip
_PLACE = struct.pack("<I", 0) + leb128(CODE_BYTES)
END = b"\0"


def module(info: bytes, line: bytes, abbreviations: bytes = _ABBREVIATIONS) -> bytes:
    """Make a module that traps, of these three sections."""
    sections = {".debug_abbrev": abbreviations, ".debug_info": info, ".debug_line": line}
    made = b"".join(custom_section(name, content) for name, content in sections.items())
    return with_debug_sections(LINES, made, "lines.wasm")


def unit(entries: bytes = b"", *, size: int | None = None) -> bytes:
    """Make a unit of one function, which has these entries."""
    body = struct.pack("<HIB", 4, 0, 4)
    body += b"\1" + _PLACE + struct.pack("<I", 0) + b"\2" + _PLACE + entries + END + END
    return struct.pack("<I", len(body) if size is None else size) + body


def inlined(name: bytes, within: bytes = b"") -> bytes:
    """Make the entry of a function that was inlined, and of what was inlined within it."""
    return b"\3" + name + b"\0" + _PLACE + b"\1\1\1" + within + END


def lines(
    *files: bytes, program: bytes | None = None, size: int | None = None, head: int | None = None
) -> bytes:
    """Make a line program; by default the whole code is line 7 of the first file."""
    if program is None:
        program = (
            b"\0\5\2" + struct.pack("<I", 0) + b"\3\6\1" + b"\2" + leb128(CODE_BYTES) + b"\0\1\1"
        )
    named = b"".join(name + b"\0\0\0\0" for name in files) + b"\0"
    after = b"\1\1\1\xfb\x0e\x0d\0\1\1\1\1\0\0\0\1\0\0\1\0" + named
    body = struct.pack("<HI", 4, len(after) if head is None else head) + after + program
    return struct.pack("<I", len(body) if size is None else size) + body
