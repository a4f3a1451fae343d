"""The cache of native code: whole, private, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor.artifacts import ArtifactCache


@pytest.fixture
def cache(tmp_path: Path) -> ArtifactCache:
    cache = ArtifactCache(tmp_path / "cache")
    cache.write("one", b"native code")
    return cache


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return plugin_folder(tmp_path, "echo", wasm=guest("echo"))


def test_what_was_written_is_read_and_only_the_user_can_write_it(cache: ArtifactCache) -> None:
    assert cache.read("one") == b"native code"
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    assert (cache.folder / "one").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in cache.folder.iterdir()] == ["one"]


def test_a_missing_file_is_none(cache: ArtifactCache) -> None:
    assert cache.read("two") is None


def test_a_file_that_others_could_have_written_is_not_read(cache: ArtifactCache) -> None:
    (cache.folder / "one").chmod(0o666)
    assert cache.read("one") is None


def test_a_link_is_not_followed(cache: ArtifactCache, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"not ours")
    (cache.folder / "two").symlink_to(tmp_path / "elsewhere")
    assert cache.read("two") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_not_read(cache: ArtifactCache) -> None:
    os.chown(cache.folder / "one", 12345, 12345)
    assert cache.read("one") is None


def test_a_folder_that_others_can_write_to_is_refused(cache: ArtifactCache) -> None:
    cache.folder.chmod(0o777)
    assert cache.read("one") is None
    with pytest.raises(pocket.SandboxUnavailable, match="others can write"):
        cache.write("two", b"")


def test_a_write_that_fails_leaves_what_was_there(
    cache: ArtifactCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(pocket.SandboxUnavailable, match="No space left"):
        cache.write("one", b"half")
    assert cache.read("one") == b"native code"
    assert [file.name for file in cache.folder.iterdir()] == ["one"]


def _artifact(home: Path) -> Path:
    (artifact,) = (home / "cache").glob("*/*.artifact")
    return artifact


@pytest.mark.parametrize("damage", [b"", b"garbage" * 100])
def test_a_damaged_artifact_is_compiled_again(tmp_path: Path, folder: Path, damage: bytes) -> None:
    home = tmp_path / "home"
    with pocket.Host(home=home) as host:
        host.load(folder).call("main", None)
    _artifact(home).write_bytes(damage)
    with pocket.Host(home=home) as host:
        assert host.load(folder).call("main", 5).output["input"] == 5
    assert _artifact(home).stat().st_size > 1000


def test_damaged_metadata_is_asked_for_again(tmp_path: Path, folder: Path) -> None:
    home = tmp_path / "home"
    with pocket.Host(home=home) as host:
        host.load(folder)
    (metadata,) = (home / "cache").glob("*/*.metadata")
    metadata.write_bytes(b"{")
    with pocket.Host(home=home) as host:
        assert list(host.load(folder).nodes) == ["main"]


def test_two_modules_that_differ_in_custom_sections_share_one_artifact(
    tmp_path: Path, folder: Path
) -> None:
    from guests.build import source_section

    other = plugin_folder(
        tmp_path, "other", wasm=guest("echo") + source_section(b"").replace(b"source", b"sauces")
    )
    home = tmp_path / "home"
    with pocket.Host(home=home) as host:
        host.load(folder)
        host.load(other)
    _artifact(home)
