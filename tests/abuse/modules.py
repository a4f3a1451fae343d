"""Hostile modules, made byte by byte: too large, or too odd, to be written as text.

The format is that of https://webassembly.github.io/spec/core/binary/modules.html.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice

from guests.build import guest
from guests.build import leb128 as leb

HEAD = b"\0asm\1\0\0\0"
ANSWER = b'{"success":false,"error":"none"}'
_ANSWER_AT = 1024
_END = b"\x0b"
_VOID_BLOCK, _VOID_LOOP = b"\x02\x40", b"\x03\x40"


def sleb(number: int) -> bytes:
    groups = bytearray()
    while not -0x40 <= number < 0x40:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number & 0x7F)
    return bytes(groups)


def section(number: int, content: bytes) -> bytes:
    return bytes([number]) + leb(len(content)) + content


def vector(items: Sequence[bytes]) -> bytes:
    return leb(len(items)) + b"".join(items)


def name(text: bytes) -> bytes:
    return leb(len(text)) + text


def body(code: bytes, local_runs: Sequence[tuple[int, int]] = ()) -> bytes:
    """Make a function of instructions, with runs of (count, type) locals."""
    content = vector([leb(count) + bytes([kind]) for count, kind in local_runs]) + code + _END
    return leb(len(content)) + content


def plugin(
    bodies: Sequence[bytes] = (),
    *,
    types: Sequence[bytes] = (),
    imports: Sequence[bytes] = (),
    exports: Sequence[bytes] = (),
    globals_: Sequence[bytes] = (),
    data: Sequence[bytes] = (),
    elements: Sequence[bytes] = (),
) -> bytes:
    """Make a plugin that answers everything with an error, and has more besides.

    Args:
        bodies: functions without parameters and results, which nobody calls.
        types: further types.
        imports: functions; they come before the plugin's own.
        exports: further exports.
        globals_: all globals.
        data: further data segments.
        elements: element segments of a table of one.
    """
    first = len(imports)
    answer = sleb(_ANSWER_AT << 32 | len(ANSWER))
    segment = b"\0\x41" + sleb(_ANSWER_AT) + _END + name(ANSWER)
    own = [body(b"\x41" + sleb(65_536)), body(b"\x42" + answer)]
    return b"".join(
        (
            HEAD,
            section(1, vector([b"\x60\1\x7f\1\x7f", b"\x60\2\x7f\x7f\1\x7e", b"\x60\0\0", *types])),
            section(2, vector(imports)) if imports else b"",
            section(3, vector([b"\0", b"\1", *[b"\2"] * len(bodies)])),
            section(4, vector([b"\x70\0\1"])) if elements else b"",
            section(5, vector([b"\0\3"])),
            section(6, vector(globals_)) if globals_ else b"",
            section(
                7,
                vector(
                    [
                        name(b"memory") + b"\2\0",
                        name(b"__pocket_alloc") + b"\0" + leb(first),
                        name(b"__pocket_call") + b"\0" + leb(first + 1),
                        *exports,
                    ]
                ),
            ),
            section(9, vector(elements)) if elements else b"",
            section(10, vector([*own, *bodies])),
            section(11, vector([segment, *data])),
        )
    )


def empty_loops(count: int) -> bytes:
    return plugin([body((_VOID_LOOP + _END) * count)])


def block_chain(depth: int) -> bytes:
    return plugin([body(_VOID_BLOCK * depth + _END * depth)])


def if_chain(depth: int) -> bytes:
    return plugin([body(b"\x41\1\x04\x40" * depth + _END * depth)])


def giant_function(size: int) -> bytes:
    return plugin([body(b"\x41\0\x1a" * (size // 3))])


def giant_expression(depth: int) -> bytes:
    """Make one sum of `depth` terms that are all on the stack at once."""
    return plugin([body(b"\x41\1" * (depth + 1) + b"\x6a" * depth + b"\x1a")])


def branch_table(targets: int) -> bytes:
    table = b"\x41\0\x0e" + leb(targets) + b"\0" * (targets + 1)
    return plugin([body(_VOID_BLOCK + table + _END)])


def functions(count: int) -> bytes:
    return plugin([body(b"")] * count)


def locals_declared(runs: Sequence[tuple[int, int]], times: int = 1) -> bytes:
    return plugin([body(b"", runs)] * times)


def locals_used(count: int) -> bytes:
    """Set each local from the one before it, in a loop that keeps them all alive."""
    code = b"".join(b"\x20" + leb(at) + b"\x21" + leb(at + 1) for at in range(count - 1))
    return plugin([body(_VOID_LOOP + code + _END, [(count, 0x7F)])])


def custom_sections(count: int) -> bytes:
    return plugin() + b"\0\1\0" * count


def same_sections(count: int) -> bytes:
    return plugin() + section(11, b"\0") * count


def export_sections(count: int) -> bytes:
    """Make sections of 99,999 exports each; together they are more than anybody can hold."""
    names = (name(number.to_bytes(4, "little")) + b"\0\0" for number in range(count * 99_999))
    return HEAD + b"".join(section(7, vector(list(islice(names, 99_999)))) for _ in range(count))


def exports_with_long_names(count: int, size: int) -> bytes:
    names = (name(f"{number:08}".encode() + b"x" * (size - 8)) for number in range(count))
    return plugin(exports=[text + b"\0\0" for text in names])


def unnamed_exports(count: int) -> bytes:
    return plugin(exports=[b"\0\0\0"] * count)


def unknown_imports(count: int, size: int) -> bytes:
    names = (name(f"{number:08}".encode() + b"\x1b" * (size - 8)) for number in range(count))
    return plugin(imports=[name(b"env") + text + b"\0\2" for text in names])


def many_types(count: int) -> bytes:
    return plugin(types=[b"\x60\0\0"] * count)


def long_type(parameters: int) -> bytes:
    return plugin(types=[b"\x60" + leb(parameters) + b"\x7f" * parameters + b"\0"])


def many_globals(count: int) -> bytes:
    return plugin(globals_=[b"\x7f\1\x41\0\x0b"] * count)


def many_segments(count: int) -> bytes:
    return plugin(data=[b"\0\x41\0\x0b\1x"] * count)


def many_elements(count: int) -> bytes:
    return plugin(elements=[b"\0\x41\0\x0b" + leb(count) + b"\0" * count])


def counted(number: int) -> bytes:
    """Make a module whose section `number` announces 2^32-1 items and has none."""
    return HEAD + section(number, leb(0xFFFF_FFFF))


def truncated(wasm: bytes) -> Iterator[bytes]:
    """Cut a module at and around the start of every section, and inside each."""
    position, cuts = 8, {0, 3, 4, 7}
    while position < len(wasm):
        size = shift = 0
        at = position + 1
        while True:
            size |= (wasm[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if wasm[at - 1] < 0x80:
                break
        cuts |= {position + 1, at, at + 1, at + size // 2, at + size - 1}
        position = at + size
    yield from (wasm[:cut] for cut in sorted(cuts) if cut < len(wasm))


def truncated_inside(wasm: bytes) -> Iterator[bytes]:
    """Leave one section half empty, its length put right: only the compiler can see it."""
    for number, content in _sections(wasm):
        shorter = [c[: len(c) // 2] if n == number else c for n, c in _sections(wasm)]
        numbers = [n for n, _ in _sections(wasm)]
        if content:
            yield HEAD + b"".join(map(section, numbers, shorter))


def _sections(wasm: bytes) -> Iterator[tuple[int, bytes]]:
    position = 8
    while position < len(wasm):
        number, size, shift, at = wasm[position], 0, 0, position + 1
        while True:
            size |= (wasm[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if wasm[at - 1] < 0x80:
                break
        yield number, wasm[at : at + size]
        position = at + size


def bit_flips(count: int, seed: int) -> Iterator[bytes]:
    """Flip one to three bits of real modules, beyond their magic number and version."""
    chance = random.Random(seed)
    modules = [guest("echo"), guest("clock"), guest("table_grow"), plugin()]
    for _ in range(count):
        wasm = bytearray(chance.choice(modules))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(8, len(wasm))
            wasm[at] ^= 1 << chance.randrange(8)
        yield bytes(wasm)
