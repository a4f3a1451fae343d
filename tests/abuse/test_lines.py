"""Lines of a crash: debug information that is made to hurt whoever reads or packages it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import pocket
from abuse.dwarf import END, inlined, lines, module, unit
from abuse.siege import Siege
from pocket.authoring.package_file import write_package
from pocket.plugin.package import read_package
from pocket.plugin.source_map import MAX_TEXT
from pocket.plugin.stack import MAX_FRAMES

CONDENSE_S = 6.0
"""Instead of the half minute that an author has."""
_ADVANCE_AND_ROW = b"\x83"

ATTACKS: dict[str, Callable[[], bytes]] = {
    "40,000,000 rows": lambda: module(
        unit(), lines(b"a.c", program=b"\0\5\2\0\0\0\0" + _ADVANCE_AND_ROW * 40_000_000)
    ),
    "1,000,000 files": lambda: module(unit(), lines(*[b"a"] * 1_000_000)),
    "100,000 units that share their lines": lambda: module(
        unit() * 100_000, lines(*[b"a"] * 10_000)
    ),
    "a path of 10 MB": lambda: module(unit(), lines(b"a" * (10 << 20))),
    "a path that a terminal would obey": lambda: module(unit(), lines(b"\x1b[2J\r\nerror: no\x07")),
    "a path out of every folder": lambda: module(unit(), lines(b"../" * 40 + b"etc/passwd")),
    "a path that is no text": lambda: module(unit(), lines(bytes(range(1, 256)))),
    "functions inlined 200,000 deep": lambda: module(
        unit(inlined(b"f").removesuffix(END) * 200_000 + END * 200_000), lines(b"a.c")
    ),
    "1,000,000 functions inlined at one place": lambda: module(
        unit(inlined(b"f") * 1_000_000), lines(b"a.c")
    ),
    "a name that unfolds without end": lambda: module(
        unit(inlined(b"_Z1fI1aE" + b"".join(b"S_IS%d_S%d_E" % (n, n) for n in range(10)))),
        lines(b"a.c"),
    ),
    "2^32-1 bytes announced of a unit": lambda: module(
        unit(size=0xFFFF_FFFF), lines(b"a.c")
    ),
    "2^32-16 bytes announced of lines": lambda: module(
        unit(), lines(b"a.c", size=0xFFFF_FFF0)
    ),
    "2^32-1 bytes announced of a head": lambda: module(
        unit(), lines(b"a.c", head=0xFFFF_FFFF)
    ),
    "2^64-1 as a line, a file and a column": lambda: module(
        unit(),
        lines(
            b"a.c",
            program=b"\0\5\2\0\0\0\0" + b"".join(
                opcode + b"\xff" * 9 + b"\1" for opcode in (b"\3", b"\4", b"\5")
            ) + b"\1\2\x40\0\1\1",
        ),
    ),
    "abbreviations without end": lambda: module(
        unit(), lines(b"a.c"), b"\1\x11\1" + b"\3\x08" * 10_000_000
    ),
    "40 MB of zeros": lambda: module(b"\0" * (40 << 20), lines(b"a.c")),
}  # fmt: skip


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_read_after_a_crash(siege: Siege, make: Callable[[], bytes]) -> None:
    folder = siege.folder(make())

    def attack() -> None:
        try:
            siege.host.load(folder)  # it traps when it is asked what it is
        except pocket.PluginCrashed as error:
            frames = list(error.stack)
            assert 1 <= len(frames) <= MAX_FRAMES
            for frame in frames:
                texts = [frame.function, frame.place.path if frame.place else ""]
                assert all(text.isprintable() and len(text) <= 4 * MAX_TEXT for text in texts)
            raise

    siege.fails(attack, pocket.PluginCrashed)


@pytest.mark.parametrize("make", ATTACKS.values(), ids=ATTACKS)
def test_packaged(
    siege: Siege, make: Callable[[], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocket.supervisor.condenser.CONDENSE_TIMEOUT_S", CONDENSE_S)
    package = read_package(siege.folder(make()))

    def attack() -> None:
        write_package(package, tmp_path / "packed.tar.gz")

    siege.fails_or_passes(attack, pocket.InvalidModule, within_s=CONDENSE_S + 6)
