"""Archives that nobody should trust: read whole, or refused by name, with bounded memory."""

from __future__ import annotations

import contextlib
import gzip
import random
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from archives import MANIFEST, archive_of, header_chain, tar_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocket.errors import InvalidPackage
from pocket.plugin.archive import MAX_ARCHIVE_BYTES, MAX_CONTENT_BYTES, read_archive

GOOD = archive_of({"manifest.yaml": MANIFEST, "dist/plugin.wasm": b"\0asm" * 300})


def refusal(archive: bytes) -> str:
    with pytest.raises(InvalidPackage) as raised:
        read_archive(archive, "p.tar.gz")
    message = str(raised.value)
    assert message.startswith("p.tar.gz: ")
    assert len(message) < 1000
    return message.removeprefix("p.tar.gz: ")


def packed(*members: tuple[str, bytes, dict[str, Any]]) -> bytes:
    return gzip.compress(tar_of(*members))


def test_files_are_read_by_name_whatever_tar_wrote_around_them(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "manifest.yaml").write_bytes(MANIFEST)
    (tmp_path / "dist" / "plugin.wasm").write_bytes(b"\0asm")
    wanted = {"manifest.yaml": MANIFEST, "dist/plugin.wasm": b"\0asm"}
    for arguments in (["manifest.yaml", "dist/plugin.wasm"], ["."], ["./manifest.yaml", "dist"]):
        for form in ("gnu", "pax", "ustar", "v7"):
            command = ["tar", f"--format={form}", "-czf", "-", *arguments]
            made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
            assert read_archive(made.stdout, "p") == wanted


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../evil", "'../evil' points out of the package"),
        ("a/../../evil", "'a/../../evil' points out of the package"),
        ("/etc/passwd", "'/etc/passwd' points out of the package"),
        ("a//b", "'a//b' points out of the package"),
        ("./../a", "'./../a' points out of the package"),
        ("a\\b", "'a\\\\b' has a character that no file name needs"),
        ("a\nb", "'a\\nb' has a character that no file name needs"),
        ("a\x1b[31m", "'a\\x1b[31m' has a character that no file name needs"),
        ("a/" * 200 + "a", "is a name of more than 255 characters"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, problem: str) -> None:
    assert problem in refusal(packed((name, b"x", {})))


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (tarfile.SYMTYPE, "is a link; put the file itself into the package"),
        (tarfile.LNKTYPE, "is a link; put the file itself into the package"),
        (tarfile.CHRTYPE, "is no ordinary file"),
        (tarfile.BLKTYPE, "is no ordinary file"),
        (tarfile.FIFOTYPE, "is no ordinary file"),
        (b"Z", "is no ordinary file"),
        (tarfile.GNUTYPE_SPARSE, "is a sparse file; pack it without --sparse"),
    ],
)
def test_only_ordinary_files_are_taken(kind: bytes, problem: str) -> None:
    member = ("a", b"", {"type": kind, "linkname": "/etc/passwd"})
    assert refusal(packed(member)) == f"'a' {problem}"


def test_a_sparse_file_made_by_tar_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "plugin.wasm").open("wb") as file:
        file.truncate(1 << 40)
    command = ["tar", "--sparse", "-czf", "-", "plugin.wasm"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert len(made.stdout) < 1000
    assert "is a sparse file" in refusal(made.stdout)


def test_two_files_of_one_name_are_refused_even_if_only_the_case_differs() -> None:
    assert refusal(packed(("a", b"1", {}), ("a", b"2", {}))) == "'a' is in it twice"
    assert refusal(packed(("a", b"1", {}), ("./a", b"2", {}))) == "'a' is in it twice"
    case = packed(("manifest.yaml", b"1", {}), ("Manifest.YAML", b"2", {}))
    assert refusal(case) == "'Manifest.YAML' and 'manifest.yaml' differ only in their case"
    accents = packed(("\u00e9", b"1", {}), ("e\u0301", b"2", {}))
    assert "differ only in their case" in refusal(accents)


def test_a_million_entries_are_refused_after_a_thousand() -> None:
    folder = tar_of(("d", b"", {"type": tarfile.DIRTYPE}))[:512]
    entries = gzip.compress(folder * 200_000, compresslevel=1)
    assert refusal(entries) == "more than 1000 files"
    headers = gzip.compress(header_chain(tarfile.XHDTYPE, 100_000), compresslevel=1)
    assert refusal(headers) == "one file has hundreds of headers"


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, b"L", b"K"])
def test_headers_that_continue_each_other_for_ever_are_refused(kind: bytes) -> None:
    assert "headers" in refusal(gzip.compress(header_chain(kind, 2000)))


def test_a_bomb_is_refused_before_it_fills_memory() -> None:
    bomb = gzip.compress(bytes(MAX_CONTENT_BYTES + (64 << 20)), compresslevel=1)
    assert refusal(bomb) == "unpacks to more than 256MB"
    assert refusal(bytes(MAX_ARCHIVE_BYTES + 1)) == "larger than 64MB"


def test_memory_stays_near_what_the_archive_may_unpack_to() -> None:
    # The bomb is made here, so that only reading it counts there.
    bomb = gzip.compress(bytes(320 << 20), compresslevel=1)
    script = (
        "import pathlib, re, sys\n"
        "from pocket.errors import InvalidPackage\n"
        "from pocket.plugin.archive import read_archive\n"
        "try:\n    read_archive(sys.stdin.buffer.read(), 'p')\n"
        "except InvalidPackage:\n"
        "    status = pathlib.Path('/proc/self/status').read_text()\n"
        "    print(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], input=bomb, capture_output=True, check=True
    )
    assert int(run.stdout) << 10 < MAX_CONTENT_BYTES * 1.5 + (64 << 20)


def test_a_large_archive_is_read_in_time_that_grows_with_its_size() -> None:
    noise = random.Random(1).randbytes(32 << 20)
    files = read_archive(archive_of({"plugin.wasm": noise}), "p")
    assert files == {"plugin.wasm": noise}


@pytest.mark.parametrize(
    "header",
    [
        {"size": "-1"},
        {"size": "-512"},
        {"size": "-1000000"},
        {"size": "9" * 30},
        {"size": "9" * 5000},
        {"size": "nonsense"},
        {"path": "../evil"},
        {"path": "/evil"},
        {"path": ""},
        {"path": "a\0b"},
        {"path": "a" * 100_000},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
        {"GNU.sparse.map": "0,99999999999"},
        {"GNU.sparse.size": "9" * 4400, "GNU.sparse.numblocks": "1"},
        {"GNU.sparse.name": "../evil"},
    ],
)
def test_odd_values_of_pax_headers_are_refused(header: dict[str, str]) -> None:
    refusal(packed(("a", b"x" * 600, {"pax_headers": header})))


def test_pax_headers_that_change_nothing_are_passed_over() -> None:
    headers = {"mtime": "nan", "uid": "9" * 5000, "comment": "y" * 3000, "linkpath": "z"}
    assert read_archive(packed(("a", b"x", {"pax_headers": headers})), "p") == {"a": b"x"}


@pytest.mark.parametrize(
    ("archive", "problem"),
    [
        (b"", "the archive is cut off"),
        (b"PK\3\4 a zip", "not gzip: incorrect header check"),
        (gzip.compress(b""), "not a tar archive: empty file"),
        (gzip.compress(b"x" * 2000), "not a tar archive: invalid header"),
        (GOOD[:-1], "the archive is cut off"),
        (GOOD[: len(GOOD) // 2], "the archive is cut off"),
        (GOOD + b"garbage", "something follows the end of the archive"),
        (GOOD + GOOD, "something follows the end of the archive"),
        (GOOD[:-8] + b"\0" * 8, "not gzip: incorrect data check"),
        (gzip.compress(gzip.decompress(GOOD) + b"x"), "damaged after byte 3072 of the tar"),
        (gzip.compress(tar_of(("a", b"x" * 2000, {}))[:1024]), "not a tar archive: unexpected end"),
    ],
)
def test_a_damaged_archive_is_refused_by_what_is_wrong(archive: bytes, problem: str) -> None:
    assert refusal(archive).startswith(problem)


def test_an_archive_cut_anywhere_is_refused() -> None:
    for size in range(len(GOOD)):
        refusal(GOOD[:size])


FUZZ = settings(
    derandomize=True,
    max_examples=200,
    deadline=2000,
    suppress_health_check=[HealthCheck.too_slow],
)


@FUZZ
@given(st.binary(max_size=500), st.booleans())
def test_no_bytes_raise_anything_but_invalid_package(data: bytes, compressed: bool) -> None:
    with contextlib.suppress(InvalidPackage):
        read_archive(gzip.compress(data) if compressed else data, "p")


@FUZZ
@given(st.randoms(use_true_random=False), st.sampled_from(["sparse", "long", "plain"]))
def test_a_damaged_tar_is_read_or_refused_and_nothing_else(
    chance: random.Random, kind: str
) -> None:
    headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": "1"} if kind == "sparse" else {}
    name = "n" * 200 if kind == "long" else "a"
    tar = bytearray(tar_of((name, b"x" * 700, {"pax_headers": headers}), ("b", b"y", {})))
    for _ in range(chance.randrange(1, 6)):
        block = chance.randrange(len(tar) // 512) * 512
        tar[block + chance.choice((0, 100, 124, 135, 156, 257, 345, 400))] = chance.randrange(256)
        header = tar[block : block + 512]
        header[148:156] = b" " * 8
        tar[block + 148 : block + 156] = b"%06o\0 " % sum(header)
    with contextlib.suppress(InvalidPackage):
        read_archive(gzip.compress(bytes(tar), compresslevel=1), "p")
