"""Packages: one manifest and one wasm file out of an archive or a folder, or a named refusal."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from archives import MANIFEST, archive_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pocket.errors import InvalidManifest, InvalidPackage, PocketError
from pocket.plugin.manifest import parse_manifest
from pocket.plugin.package import parse_package, read_file, read_package

WASM = b"\0asm\1\0\0\0"


def refusal(files: dict[str, bytes]) -> str:
    with pytest.raises(InvalidPackage) as raised:
        parse_package(archive_of(files), "p")
    return str(raised.value).removeprefix("p: ")


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.mark.parametrize("place", ["plugin.wasm", "dist/plugin.wasm", "a/b/plugin.wasm"])
def test_the_wasm_file_of_an_archive_is_found_by_its_name(place: str) -> None:
    package = parse_package(archive_of({"manifest.yaml": MANIFEST, place: WASM}), "p")
    assert (package.module, package.manifest_bytes, package.path) == (WASM, MANIFEST, "p")


@pytest.mark.parametrize("place", ["plugin.wasm", "dist/plugin.wasm"])
def test_a_folder_is_a_package_as_its_archive_would_be(tmp_path: Path, place: str) -> None:
    package = read_package(folder(tmp_path, {"manifest.yaml": MANIFEST, place: WASM}))
    assert (package.module, package.manifest_bytes) == (WASM, MANIFEST)


def test_what_a_package_lacks_or_has_twice_is_named(tmp_path: Path) -> None:
    both = {"manifest.yaml": MANIFEST, "a/plugin.wasm": WASM, "b/plugin.wasm": WASM}
    ambiguous = "binary: plugin.wasm could be a/plugin.wasm or b/plugin.wasm"
    assert refusal(both) == ambiguous
    assert refusal({"manifest.yaml": MANIFEST}) == "plugin.wasm is missing"
    top = "one manifest.yaml has to be at the top, found: "
    assert refusal({}) == f"{top}none" or refusal({}).startswith("not a tar archive")
    assert refusal({"plugin.wasm": WASM}) == f"{top}none"
    assert refusal({"x/manifest.yaml": MANIFEST}) == f"{top}x/manifest.yaml"
    two = {"manifest.yaml": MANIFEST, "x/manifest.yaml": MANIFEST, "plugin.wasm": WASM}
    assert refusal(two) == f"{top}manifest.yaml, x/manifest.yaml"
    with pytest.raises(
        InvalidPackage, match=r"could be a/plugin\.wasm or b/plugin\.wasm"
    ) as raised:
        read_package(folder(tmp_path, both))
    assert raised.value.hint == "write the whole path as `binary` in the manifest"


def test_a_manifest_of_100_mb_is_refused_unread(tmp_path: Path) -> None:
    huge = b"#" * (100 << 20)
    with pytest.raises(InvalidManifest, match="the file has more than 262144 bytes"):
        parse_package(archive_of({"manifest.yaml": huge, "plugin.wasm": WASM}), "p")
    with pytest.raises(InvalidPackage, match=r"manifest\.yaml: larger than 256KB"):
        read_package(folder(tmp_path, {"manifest.yaml": huge, "plugin.wasm": WASM}))


def test_aliases_that_explode_are_refused_at_the_first() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(InvalidManifest, match="anchors are not allowed"):
        parse_package(archive_of({"manifest.yaml": "\n".join(lines).encode()}), "p")


def test_a_link_out_of_the_folder_is_refused_and_one_within_it_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "secret.wasm"
    outside.write_bytes(WASM)
    inside = folder(tmp_path / "in", {"manifest.yaml": MANIFEST, "build/real.wasm": WASM})
    (inside / "plugin.wasm").symlink_to(outside)
    with pytest.raises(InvalidPackage, match="a link out of the plugin's folder"):
        read_package(inside)
    (inside / "plugin.wasm").unlink()
    (inside / "plugin.wasm").symlink_to("build/real.wasm")
    assert read_package(inside).module == WASM


def test_a_fifo_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(InvalidPackage, match="no ordinary file"):
            read_file(path, 100)
    os.mkfifo(tmp_path / "manifest.yaml")
    with pytest.raises(InvalidPackage, match=r"manifest\.yaml: no ordinary file"):
        read_package(tmp_path)


def test_a_file_is_read_up_to_its_cap(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 10)
    assert read_file(file, 10) == b"x" * 10
    with pytest.raises(InvalidPackage, match="larger than 9B"):
        read_file(file, 9)
    with pytest.raises(InvalidPackage, match="missing: No such file"):
        read_file(tmp_path / "missing", 9)


@settings(derandomize=True, max_examples=150, deadline=2000)
@given(
    st.text(alphabet="ab:-[]{}&*!|>#'\"\\ \n\t?%@`0.~é\u2028\ufeff\0", max_size=200)
    | st.text(max_size=100)
)
def test_no_text_of_a_manifest_raises_anything_but_invalid_manifest(text: str) -> None:
    data = text.encode(errors="surrogatepass")
    with contextlib.suppress(InvalidManifest):
        parse_manifest(data, "m")
    with contextlib.suppress(InvalidManifest):
        parse_manifest(MANIFEST + data, "m")


@settings(derandomize=True, max_examples=50, deadline=2000)
@given(
    st.dictionaries(
        st.sampled_from(["manifest.yaml", "plugin.wasm", "x/plugin.wasm", "x"]),
        st.binary(max_size=20) | st.just(MANIFEST),
    )
)
def test_no_set_of_files_raises_anything_but_an_error_of_pocket(files: dict[str, bytes]) -> None:
    with contextlib.suppress(PocketError):
        assert parse_package(archive_of(files), "p").manifest.name == "guest"
