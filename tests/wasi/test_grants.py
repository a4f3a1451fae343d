"""A plugin in a host gets the folders and variables of its manifest, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import QUICK, Load

import pocket
from wasi import errnos
from wasi.build import program

ROOM = QUICK | {"memory": "32MB", "cpu": "2s"}


def _output(load: Load, data: Path, name: str, **permissions: object) -> dict[str, object]:
    plugin = load(program("grants"), name=name, permissions=ROOM | permissions)
    output = plugin.call("main", str(data)).output
    assert isinstance(output, dict)
    return output


def test_folders_are_read_and_written_as_the_manifest_says(load: Load, data: Path) -> None:
    read, write = f"read:{data}", f"write:{data}"
    output = _output(load, data, "reader", filesystem=[read])
    assert (output["content"], output["reading"]) == ("hello", 0)
    assert (output["kilobytes"], output["writing"]) == (0, errnos.ROFS)
    assert not (data / "new").exists()
    output = _output(load, data, "writer", filesystem=[write])
    assert (output["content"], output["reading"]) == ("", errnos.ACCES)
    assert (output["kilobytes"], output["writing"]) == (4096, 0)
    assert (data / "new").stat().st_size == 4 << 20
    output = _output(load, data, "both", filesystem=[read, write])
    assert (output["reading"], output["writing"]) == (0, 0)


def test_a_plugin_without_a_grant_finds_no_folder(load: Load, data: Path) -> None:
    output = _output(load, data, "none")
    assert (output["content"], output["kilobytes"]) == ("", 0)
    output = _output(load, data.parent, "other", filesystem=[f"read:{data}"])
    assert (output["content"], output["kilobytes"]) == ("", 0)


def test_the_quota_of_the_manifest_is_the_worker_s(load: Load, data: Path) -> None:
    output = _output(load, data, "small", filesystem=[f"write:{data}"], disk="1MB")
    assert (output["kilobytes"], output["writing"]) == (1020, errnos.NOSPC)


def test_a_folder_that_is_missing_is_told_instead_of_running(load: Load, data: Path) -> None:
    missing = ROOM | {"filesystem": [f"read:{data}/none"]}
    with pytest.raises(pocket.PermissionDenied, match="there is no such folder"):
        load(program("grants"), permissions=missing).call("main", str(data))


def test_variables_that_were_granted_are_seen(
    load: Load, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREETING", "hello there")
    assert _output(load, data, "granted", env=["GREETING"])["greeting"] == "hello there"
    assert _output(load, data, "not-granted")["greeting"] == ""
