"""Packages: archives that are made to hurt whoever reads them, all through `Host.load`."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from archives import MANIFEST, archive_of, header_chain, tar_of
from guests.build import guest

import pocket
from abuse.siege import Siege
from pocket.plugin.package import parse_package

WASM = guest("echo")
Members = tuple[str, bytes, Mapping[str, Any]]


def _good(*more: Members) -> bytes:
    members: list[Members] = [("manifest.yaml", MANIFEST, {}), ("plugin.wasm", WASM, {}), *more]
    return gzip.compress(tar_of(*members), compresslevel=1)


def _zeros_packed(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    return b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()


def _tar_bomb() -> bytes:
    """Make an archive whose one file has 10 GB by its header, and 300 MB of zeros behind it."""
    member = tarfile.TarInfo("plugin.wasm")
    member.size = 10 << 30
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    packed = packer.compress(member.tobuf(tarfile.GNU_FORMAT))
    return packed + b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()


def _entries(count: int) -> bytes:
    block = tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT)
    return gzip.compress(block * count + bytes(1024), compresslevel=1)


def _typed(kind: bytes, name: str = "odd", **fields: Any) -> bytes:
    return _good((name, b"", {"type": kind, **fields}))


def _extended(payload: bytes, kind: bytes = tarfile.XHDTYPE, count: int = 1) -> bytes:
    """Make a package whose first file has extended headers of this payload."""
    header = tarfile.TarInfo("header")
    header.type, header.size = kind, len(payload)
    blocks = header.tobuf(tarfile.USTAR_FORMAT) + payload + bytes(-len(payload) % 512)
    good = tar_of(("manifest.yaml", MANIFEST, {}), ("plugin.wasm", WASM, {}))
    return gzip.compress(blocks * count + good)


def _manifest(text: bytes) -> bytes:
    return archive_of({"manifest.yaml": text, "plugin.wasm": WASM})


def _laughs() -> bytes:
    lines = [b"a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)]
    return b"\n".join(lines) + b"\n"


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "a gzip bomb of 500 MB": lambda: _zeros_packed(500 << 20),
    "a gzip bomb in a gzip bomb": lambda: gzip.compress(_zeros_packed(300 << 20)),
    "a tar bomb of 10 GB": _tar_bomb,
    "a million entries": lambda: _entries(500_000),
    "2,000 entries": lambda: _entries(2_000),
    "a chain of long names": lambda: gzip.compress(header_chain(b"L", 5_000)),
    "a chain of long links": lambda: gzip.compress(header_chain(b"K", 5_000)),
    "a chain of pax headers": lambda: gzip.compress(header_chain(b"x", 5_000)),
    "a pax header of 1,000,000 digits": lambda: _extended(b"1" * 1_000_000),
    "a pax header of 500,000 records in each other": lambda: _extended(b"2 " * 500_000 + b"=\n"),
    "200 global pax headers of 5,000 digits": lambda: _extended(b"1" * 5000, b"g", 200),
    "a sparse file": lambda: _typed(tarfile.GNUTYPE_SPARSE),
    "a name with ..": lambda: _good(("../../etc/cron.d/evil", b"x", {})),
    "an absolute name": lambda: _good(("/etc/cron.d/evil", b"x", {})),
    "a name with NUL": lambda: _good(("plugin.wasm\0.txt", b"x", {})),
    "a name with escape codes": lambda: _good(("\x1b[2J.wasm", b"x", {})),
    "a symlink": lambda: _typed(tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a symlink as the module": lambda: gzip.compress(
        tar_of(
            ("manifest.yaml", MANIFEST, {}),
            ("plugin.wasm", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        )
    ),
    "a hard link": lambda: _typed(tarfile.LNKTYPE, linkname="manifest.yaml"),
    "a character device": lambda: _typed(tarfile.CHRTYPE, devmajor=1, devminor=5),
    "a block device": lambda: _typed(tarfile.BLKTYPE, devmajor=8),
    "a FIFO": lambda: _typed(tarfile.FIFOTYPE),
    "the same name twice": lambda: _good(("plugin.wasm", b"other", {})),
    "names that differ in case": lambda: _good(("Plugin.wasm", b"other", {})),
    "two manifests": lambda: _good(("sub/manifest.yaml", MANIFEST, {})),
    "no manifest": lambda: archive_of({"plugin.wasm": WASM}),
    "a manifest of 100 MB": lambda: _manifest(b"# " + b"x" * (100 << 20)),
    "a manifest of aliases that explode": lambda: _manifest(_laughs()),
    "a manifest 100,000 deep": lambda: _manifest(b"[" * 100_000),
    "a manifest with a Python object": lambda: _manifest(b"!!python/object/apply:os.system [id]"),
    "a manifest with a name that is a path": lambda: _manifest(b"name: ../evil\nversion: 1.0.0\n"),
    "a manifest with 60,000 unknown keys": lambda: _manifest(
        MANIFEST + b"".join(b"versio%06d: 1\n" % number for number in range(60_000))
    ),
    "a manifest with 150,000 nodes that are none": lambda: _manifest(
        MANIFEST + b"  - 1\n" * 150_000
    ),
    "980 names that are long to compare": lambda: _good(
        *(("\u1fb7\u0345" * 60 + f"{number}", b"", {}) for number in range(980)), ("..", b"", {})
    ),
    "a binary outside the package": lambda: _manifest(MANIFEST + b"binary: ../../etc/passwd\n"),
    "an archive that is cut off": lambda: _good()[:-20],
    "an archive with a broken checksum": lambda: _good()[:-8] + b"\0" * 8,
    "no archive": lambda: b"PK\3\4" + b"x" * 1000,
    "an empty file": lambda: b"",
    "65 MB of noise": lambda: os.urandom(65 << 20),
}


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_archives(siege: Siege, make: Callable[[], bytes]) -> None:
    file = siege.root / "hostile.tar.gz"
    file.write_bytes(make())
    before = sorted(siege.root.rglob("*"))
    siege.fails(lambda: siege.host.load(file), pocket.InvalidPackage, pocket.InvalidManifest)
    assert sorted(siege.root.rglob("*")) == before


def test_bits_flipped_in_2_000_archives(siege: Siege) -> None:
    import random

    chance = random.Random(7)
    raw = tar_of(("manifest.yaml", MANIFEST, {}), ("plugin.wasm", b"\0asm" * 300, {}))

    def attack() -> int:
        read = 0
        for _ in range(2000):
            bent = bytearray(raw)
            for _ in range(chance.randint(1, 4)):
                bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
            try:
                parse_package(gzip.compress(bytes(bent), 1), "bent")
                read += 1
            except (pocket.InvalidPackage, pocket.InvalidManifest):
                pass
        return read

    siege.answers(lambda: 0 <= attack() < 2000, True, by="archive reader, manifest reader")


def test_a_fifo_in_the_place_of_an_archive(siege: Siege) -> None:
    os.mkfifo(siege.root / "hostile.tar.gz")
    siege.fails(lambda: siege.host.load(siege.root / "hostile.tar.gz"), pocket.InvalidPackage)


def test_a_module_that_is_a_link_out_of_its_folder(siege: Siege) -> None:
    folder = siege.folder("echo")
    (folder / "plugin.wasm").unlink()
    (folder / "plugin.wasm").symlink_to("/etc/passwd")
    siege.fails(lambda: siege.host.load(folder), pocket.InvalidPackage)


def test_a_manifest_that_is_an_endless_device(siege: Siege) -> None:
    folder = siege.folder("echo")
    (folder / "manifest.yaml").unlink()
    (folder / "manifest.yaml").symlink_to("/dev/zero")
    siege.fails(lambda: siege.host.load(folder), pocket.InvalidPackage, pocket.InvalidManifest)


def test_the_name_of_another_installed_plugin(siege: Siege, tmp_path: Path) -> None:
    home = tmp_path / "other home"
    store = pocket.Host(home=home).store
    store.install(parse_package(archive_of({"manifest.yaml": MANIFEST, "plugin.wasm": WASM}), "a"))
    before = (store.get("guest").folder / "plugin.wasm").read_bytes()
    evil = parse_package(_manifest(MANIFEST), "evil")
    siege.fails(lambda: store.install(evil), pocket.InstallError)
    assert (store.get("guest").folder / "plugin.wasm").read_bytes() == before


def test_a_bomb_on_the_command_line(siege: Siege, tmp_path: Path) -> None:
    file = siege.root / "hostile.tar.gz"
    file.write_bytes(_zeros_packed(300 << 20))
    home = tmp_path / "home of the command"
    command = [sys.executable, "-m", "pocket.cli.main", "plugins", "install", str(file), "--yes"]

    def attack() -> int:
        done = subprocess.run(
            command,
            env=os.environ | {"POCKET_HOME": str(home)},
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        return done.returncode

    siege.answers(attack, pocket.InvalidPackage.exit_code, by="archive reader", within_s=30)
    assert not list(home.rglob("*.wasm"))
