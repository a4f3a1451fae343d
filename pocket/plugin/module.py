"""A wasm file taken apart: what is compiled, and what is a source plugin's source.

The format is that of https://webassembly.github.io/spec/core/binary/modules.html.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pocket.errors import InvalidModule

MAGIC: Final = b"\x00asm"
VERSION: Final = b"\x01\x00\x00\x00"
SOURCE_SECTION: Final = "pocket.source"
SOURCE_MAP_SECTION: Final = "pocket.sourcemap"
MAX_SOURCE_BYTES: Final = 16 << 20
"""A bundled script; the largest known bundles of JavaScript have 5 MB."""

NAME_SECTION: Final = "name"
DEBUG_SECTIONS: Final = ".debug_"
MAX_SYMBOL_BYTES: Final = 48 << 20
"""Names and debug information that are kept: less than a frame holds, more than known plugins have
with all that a compiler can write."""

MAX_SECTIONS: Final = 10_000
"""Compilers write a dozen, and a few custom ones; each costs the host a microsecond."""
MAX_EXPORTS: Final = 100_000
"""The largest known runtimes export some hundred."""

_CUSTOM: Final = 0
_EXPORTS: Final = 7
_CODE: Final = 10
_LAST_SECTION: Final = 13

_POCKET_EXPORTS: Final = {b"__pocket_alloc", b"__pocket_call"}
"""A module with one of them is meant as a pocket module, whatever else it exports."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """What a compiler left in a module for debuggers; it is read only after a crash.

    Attributes:
        sections: a wasm file of nothing but the sections `name` and `.debug_*`.
        code_start: byte of the module's `core` at which the content of its code section begins.
    """

    sections: bytes
    code_start: int


@dataclass(frozen=True, slots=True)
class Module:
    """One wasm file.

    Attributes:
        core: the module without custom sections, which is what gets compiled.
        source: content of the section `pocket.source`, or None.
        source_map: content of the first section `pocket.sourcemap`, or None.
        symbols: for the stack of a crash, or None where there are none.
        core_hash: of `core`, hex.
        full_hash: of the whole file, hex.
        is_command: whether it is a `wasi-command`, of which every call is a whole run.
    """

    core: bytes
    source: bytes | None
    core_hash: str
    full_hash: str
    is_command: bool = False
    source_map: bytes | None = None
    symbols: Symbols | None = None


@dataclass(frozen=True, slots=True)
class _Section:
    number: int
    start: int
    content: int
    end: int


def split_module(wasm: bytes, path: str) -> Module:
    """Take a wasm file apart.

    Args:
        wasm: the file's bytes.
        path: names the file in errors.

    Raises:
        InvalidModule: not a well-formed list of sections, or two sections of source or exports.
    """
    core, source = bytearray(wasm[:8]), None
    exports: set[bytes] | None = None
    source_map: bytes | None = None
    for count, section in enumerate(_sections(wasm, path)):
        if count == MAX_SECTIONS:
            raise InvalidModule(f"{path}: more than {MAX_SECTIONS} sections")
        if section.number == _EXPORTS:
            if exports is not None:
                raise InvalidModule(f"{path}: two sections of exports")
            exports = set(_exports(wasm, section, path))
        if section.number != _CUSTOM:
            core += wasm[section.start : section.end]
            continue
        name, content = _custom(wasm, section, path)
        if name == SOURCE_MAP_SECTION and source_map is None:
            source_map = content
        if name != SOURCE_SECTION:
            continue
        if source is not None:
            raise InvalidModule(f"{path}: two sections named {SOURCE_SECTION}")
        source = content
    if source is not None and len(source) > MAX_SOURCE_BYTES:
        raise InvalidModule(f"{path}: a source of over {MAX_SOURCE_BYTES >> 20}MB")
    stripped = bytes(core)
    is_command = exports is not None and b"_start" in exports and not exports & _POCKET_EXPORTS
    return Module(
        stripped,
        source,
        _hash(stripped),
        _hash(wasm),
        is_command,
        source_map,
        _symbols(wasm, path),
    )


def _symbols(wasm: bytes, path: str) -> Symbols | None:
    found, core_bytes, code_start = bytearray(wasm[:8]), 8, 0
    for section in _sections(wasm, path):
        size = section.end - section.start
        if section.number != _CUSTOM:
            if section.number == _CODE:
                code_start = core_bytes + section.content - section.start
            core_bytes += size
            continue
        name, _ = _custom(wasm, section, path)
        wanted = name == NAME_SECTION or name.startswith(DEBUG_SECTIONS)
        if wanted and len(found) + size <= MAX_SYMBOL_BYTES:
            found += wasm[section.start : section.end]
    return Symbols(bytes(found), code_start) if len(found) > 8 else None


def custom_section(name: str, content: bytes) -> bytes:
    """Make a custom section, to be put behind a wasm file."""
    body = _leb128(len(name.encode())) + name.encode() + content
    return bytes([_CUSTOM]) + _leb128(len(body)) + body


def with_debug_sections(wasm: bytes, debug_sections: bytes, path: str) -> bytes:
    """Put debug information in place of a wasm file's own; the names of functions stay.

    Args:
        wasm: the file's bytes.
        debug_sections: custom sections named `.debug_*`, or nothing.
        path: names the file in errors.

    Raises:
        InvalidModule: not a well-formed list of sections, or one that is not debug information.
    """
    kept = bytearray(wasm[:8])
    for section in _sections(wasm, path):
        if not _is_debug(wasm, section, path):
            kept += wasm[section.start : section.end]
    debug = wasm[:8] + debug_sections
    if not all(_is_debug(debug, section, path) for section in _sections(debug, path)):
        raise InvalidModule(f"{path}: a section in its debug information that is none")
    return bytes(kept) + debug_sections


def _is_debug(wasm: bytes, section: _Section, path: str) -> bool:
    return section.number == _CUSTOM and _custom(wasm, section, path)[0].startswith(DEBUG_SECTIONS)


def _leb128(number: int) -> bytes:
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def _sections(wasm: bytes, path: str) -> Iterator[_Section]:
    if wasm[:4] != MAGIC:
        raise InvalidModule(f"{path}: not a WebAssembly file", hint="build the plugin again")
    if wasm[4:8] != VERSION:
        hint = "components are not supported; build a core module"
        raise InvalidModule(f"{path}: not version 1 of WebAssembly", hint=hint)
    position = 8
    while position < len(wasm):
        start, number = position, wasm[position]
        if number > _LAST_SECTION:
            raise InvalidModule(f"{path}: unknown section {number} at byte {start}")
        size, content = _unsigned(wasm, position + 1, path)
        position = content + size
        if position > len(wasm):
            raise InvalidModule(f"{path}: section {number} at byte {start} is cut off")
        yield _Section(number, start, content, position)


def _custom(wasm: bytes, section: _Section, path: str) -> tuple[str, bytes]:
    size, start = _unsigned(wasm, section.content, path)
    end = start + size
    if end > section.end:
        raise InvalidModule(f"{path}: the name of the section at byte {section.start} is cut off")
    return wasm[start:end].decode(errors="replace"), wasm[end : section.end]


def _exports(wasm: bytes, section: _Section, path: str) -> Iterator[bytes]:
    """Give the names of exports, as far as they can be read; the compiler refuses the rest."""
    count, position = _unsigned(wasm, section.content, path)
    if count > MAX_EXPORTS:
        raise InvalidModule(f"{path}: more than {MAX_EXPORTS} exports")
    for _ in range(count):
        size, start = _unsigned(wasm, position, path)
        kind = start + size
        if kind >= section.end:
            return
        yield wasm[start:kind]
        _, position = _unsigned(wasm, kind + 1, path)


def _unsigned(wasm: bytes, position: int, path: str) -> tuple[int, int]:
    """Read a u32 in LEB128; gives it and the position after it."""
    value = 0
    for index, byte in enumerate(wasm[position : position + 5]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80 and value < 1 << 32:
            return value, position + index + 1
    raise InvalidModule(f"{path}: no number at byte {position}")
