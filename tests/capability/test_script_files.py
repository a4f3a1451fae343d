"""`files` of the JavaScript SDK, through the worker and its grants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Load
from guests.javascript import javascript

from pocket.document import JSON

DO = """
const { files } = pocket;
const [deed, ...values] = input;
try {
  return await files[deed](...values) ?? null;
} catch (error) {
  return { name: error.name, code: error.code, message: error.message };
}
"""

Do = Callable[..., JSON]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with a file, and a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    box = tmp_path / "box"
    box.mkdir()
    (box / "note").write_text("grüße")
    return box


@pytest.fixture
def granted(load: Load) -> Callable[..., Do]:
    """Load a plugin with grants; what it gives calls one function of `files`."""

    def granted(*grants: str, **permissions: str) -> Do:
        asked: dict[str, Any] = {"memory": "64MB", "cpu": "5s", "timeout": "30s", **permissions}
        if grants:
            asked["filesystem"] = list(grants)
        plugin = load(javascript(DO), name="files", permissions=asked)
        return lambda *values: plugin.call("main", list(values)).output

    return granted


def refused(what: str) -> JSON:
    return {
        "name": "PermissionError",
        "code": "permission-denied",
        "message": f"permissions.filesystem does not allow {what}",
    }


def test_a_folder_that_may_be_read_and_written(granted: Callable[..., Do], box: Path) -> None:
    do = granted(f"read:{box}", f"write:{box}")
    assert do("readText", f"{box}/note") == "grüße"
    assert do("write", f"{box}/of/2026/new", "世界") is None
    assert do("append", f"{box}/of/2026/new", "!") is None
    assert (box / "of" / "2026" / "new").read_text() == "世界!"
    assert [do("list", str(box)), do("list", f"{box}/of")] == [["note", "of"], ["2026"]]
    assert do("remove", f"{box}/note") is None
    assert [do("exists", f"{box}/note"), do("exists", f"{box}/of")] == [False, True]
    missing = do("readText", f"{box}/note")
    assert missing == {
        "name": "Error",
        "code": "ENOENT",
        "message": f"ENOENT: not there: {box}/note",
    }


def test_outside_of_the_granted_folders_all_is_refused(
    granted: Callable[..., Do], box: Path
) -> None:
    (box / "link").symlink_to("../secret")
    do = granted(f"read:{box}", f"write:{box}")
    for path in ("/etc/passwd", f"{box.parent}/secret", f"{box}/../secret", f"{box}/link"):
        for deed in (("read",), ("append", "more"), ("list",), ("exists",)):
            assert do(deed[0], path, *deed[1:]) == refused(path), (deed, path)
    for path in ("/etc/passwd", f"{box.parent}/secret", f"{box}/../secret"):
        assert do("remove", path) == refused(path)
    assert (box.parent / "secret").read_text() == "secret"


def test_a_grant_to_read_is_none_to_write(granted: Callable[..., Do], box: Path) -> None:
    do = granted(f"read:{box}")
    assert do("readText", f"{box}/note") == "grüße"
    for path in (f"{box}/note", f"{box}/new", f"{box}/of/new"):
        assert do("write", path, "x") == refused(f"writing to {path}")
        assert do("append", path, "x") == refused(f"writing to {path}")
    assert do("remove", f"{box}/note") == refused(f"writing to {box}/note")
    assert [file.name for file in box.iterdir()] == ["note"]
    assert (box / "note").read_text() == "grüße"


def test_a_grant_to_write_is_none_to_read(granted: Callable[..., Do], box: Path) -> None:
    do = granted(f"write:{box}")
    assert do("append", f"{box}/note", "!") is None
    assert (box / "note").read_text() == "grüße!"
    assert do("readText", f"{box}/note") == refused(f"reading from {box}/note")
    assert do("list", str(box)) == refused(f"reading from {box}")


def test_without_the_permission_all_is_refused(granted: Callable[..., Do], box: Path) -> None:
    do = granted()
    for deed in (("readText",), ("write", ""), ("list",), ("remove",), ("exists",)):
        assert do(deed[0], f"{box}/note", *deed[1:]) == refused(f"{box}/note")
    assert (box / "note").read_text() == "grüße"


def test_more_than_the_disk_that_is_granted_is_an_error(
    granted: Callable[..., Do], box: Path
) -> None:
    do = granted(f"read:{box}", f"write:{box}", disk="64KB")
    assert do("write", f"{box}/fits", "x" * 40_000) is None
    full = do("write", f"{box}/more", "x" * 40_000)
    assert isinstance(full, dict)
    assert (full["name"], full["code"]) == ("HostError", "quota-exceeded")
    assert "permissions.disk" in str(full["message"])
    assert sum(file.stat().st_size for file in box.iterdir()) < 65_536 + 100


@pytest.mark.parametrize("size", [1 << 30, 1 << 32])
def test_a_file_that_is_too_large_for_the_plugin_s_memory_is_an_error(
    granted: Callable[..., Do], box: Path, size: int
) -> None:
    with (box / "large").open("wb") as file:
        file.truncate(size)
    do = granted(f"read:{box}")
    large = do("read", f"{box}/large")
    assert isinstance(large, dict)
    assert large["code"] == "ENOMEM"


def test_no_file_stays_open_within_a_call(load: Load, box: Path) -> None:
    body = """
    for (let index = 0; index < 1000; ++index) {
      await pocket.files.write(`${input}/note`, String(index));
      await pocket.files.list(input);
      await pocket.files.read(`${input}/none`).catch(() => {});
    }
    return pocket.files.readText(`${input}/note`);
    """
    permissions = {"cpu": "5s", "timeout": "30s", "filesystem": [f"read:{box}", f"write:{box}"]}
    plugin = load(javascript(body), name="files", permissions=permissions)
    assert plugin.call("main", str(box)).output == "999"
