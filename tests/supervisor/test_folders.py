"""Opening the folders of a grant: the one that is meant, or an error that names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import pocket
from pocket.plugin.folder_grant import FolderGrant
from pocket.supervisor.folders import open_folders


def _grants(*texts: str) -> list[FolderGrant]:
    return [FolderGrant.parse(text) for text in texts]


def _open_files() -> list[str]:
    return sorted(file.name for file in Path("/proc/self/fd").iterdir())


def _real(fd: int) -> str:
    return str(Path(f"/proc/self/fd/{fd}").readlink())


def _refused(path: Path, home: Path) -> pocket.PermissionDenied:
    with (
        pytest.raises(pocket.PermissionDenied) as raised,
        open_folders("copier", _grants(f"read:{path}"), home),
    ):
        pass
    assert f"plugin copier: permissions.filesystem: {path}" in str(raised.value)
    return raised.value


def test_each_folder_is_opened_once_and_closed_afterwards(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    before = _open_files()
    grants = _grants(f"read:{first}", f"write:{second}", f"write:{first}")
    with open_folders("copier", grants, tmp_path / "home") as folders:
        assert [(path, mode) for path, mode, _ in folders] == [(str(first), 3), (str(second), 2)]
        assert [_real(fd) for _, _, fd in folders] == [
            str(first),
            str(second),
        ]
        assert not any(os.get_inheritable(fd) for _, _, fd in folders)
    assert _open_files() == before


def test_a_folder_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    error = _refused(tmp_path / "none", tmp_path / "home")
    assert "no such folder" in str(error)
    assert "mkdir" in str(error.hint)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is not a folder" in str(_refused(tmp_path / "file", tmp_path / "home"))
    assert "is not a folder" in str(_refused(tmp_path / "file" / "in it", tmp_path / "home"))


def test_a_link_is_followed_once_and_only_to_what_a_plugin_may_have(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "home").mkdir()
    link = tmp_path / "link"
    link.symlink_to("real")
    with open_folders("copier", _grants(f"read:{link}"), tmp_path / "home") as [(path, _, fd)]:
        assert path == str(link)
        link.unlink()
        link.symlink_to("/etc")
        assert _real(fd) == str(tmp_path / "real")
    for target, reason in [
        ("/proc", "the kernel"),
        ("/", "whole machine"),
        ("home", "Pocket's own"),
        (".", "Pocket's own"),
    ]:
        link.unlink()
        link.symlink_to(target)
        assert reason in str(_refused(link, tmp_path / "home"))
    link.unlink()
    link.symlink_to("link")
    assert "cannot be opened" in str(_refused(link, tmp_path / "home"))
