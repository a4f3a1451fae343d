"""`file` does what it says, and nothing outside its folder."""

from __future__ import annotations

import base64
import os
import socket
import stat

import pytest

from nodes.conftest import Refused, Run
from pocket.errors import NodeError
from pocket.workflow import folder
from pocket.workflow.folder import MAX_FILE_BYTES, Folder

OUT = [
    "../outside",
    "sub/../../outside",
    "sub/..",
    "/etc/hostname",
    "//etc/hostname",
    "absolute",
    "upward",
    "way/outside",
    "chain",
    "circle",
    "a\0b",
    "d/" * 200,
]
"""Paths that lead out, or nowhere that ends."""


@pytest.fixture
def traps(tmp_path):
    (tmp_path.parent / "outside").write_text("secret")
    (tmp_path / "sub").mkdir()
    (tmp_path / "absolute").symlink_to(tmp_path.parent / "outside")
    (tmp_path / "upward").symlink_to("../outside")
    (tmp_path / "way").symlink_to("..")
    (tmp_path / "chain").symlink_to("sub/next")
    (tmp_path / "sub" / "next").symlink_to("../upward")
    (tmp_path / "circle").symlink_to("circle")
    return tmp_path


def test_what_is_written_is_read_again(run: Run, tmp_path):
    text = 'line\r\n"é😀" {{.x}}\0'
    written = run("file", text, operation="write", path="{{len .}}.txt", content="{{.}}").output
    size = len(text.encode())
    assert written.pop("modified").endswith("Z")
    assert written == {"path": f"{size}.txt", "exists": True, "size": size}
    assert (tmp_path / f"{size}.txt").read_bytes() == text.encode()
    output = run("file", None, operation="read", path=f"{size}.txt").output
    assert output["content"] == text
    assert output["size"] == size


def test_append_adds_to_the_end(run: Run, tmp_path):
    for word in ("one ", "two"):
        output = run("file", word, operation="append", path="log", content="{{.}}").output
    assert output["size"] == 7
    assert (tmp_path / "log").read_text() == "one two"


def test_exists_tells_files_from_folders_and_from_nothing(run: Run, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "file").write_text("abc")
    (tmp_path / "dangling").symlink_to("nothing")

    def said(path):
        output = run("file", None, operation="exists", path=path).output
        return output["exists"], output.get("isDir"), output.get("size")

    assert said("file") == (True, False, 3)
    assert said("sub")[:2] == (True, True)
    for nothing in ("no", "no/no", "file/no", "dangling"):
        assert said(nothing) == (False, None, None)


def test_list_names_what_is_there_in_order(run: Run, tmp_path):
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "b").write_text("xyz")
    (tmp_path / "data" / "a").symlink_to("/etc")
    os.mkfifo(tmp_path / "data" / "fifo")
    (tmp_path / "data" / os.fsdecode(b"\xff")).write_text("")
    output = run("file", None, operation="list", path="data/").output
    found = [(entry["name"], entry["path"], entry["type"]) for entry in output["files"]]
    assert found == [
        ("a", "data/a", "link"),
        ("b", "data/b", "file"),
        ("fifo", "data/fifo", "other"),
        ("sub", "data/sub", "directory"),
        ("\ufffd", "data/\ufffd", "file"),
    ]
    assert output["files"][1]["size"] == 3
    assert run("file", None, operation="list", path="no").output == {"path": "no", "exists": False}
    assert "workflow.yaml" in [
        entry["path"] for entry in run("file", None, operation="list", path=".").output["files"]
    ]


def test_delete_takes_files_links_and_empty_folders_only(run: Run, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full" / "x").mkdir(parents=True)
    (tmp_path / "link").symlink_to("full")

    def deleted(path):
        return run("file", None, operation="delete", path=path).output["deleted"]

    assert deleted("file")
    assert not deleted("file")
    assert not deleted("no/no")
    assert deleted("empty")
    assert deleted("link")
    for kept in ("full", ".", ""):
        with pytest.raises(NodeError, match="cannot delete"):
            deleted(kept)
    assert (tmp_path / "full" / "x").is_dir()


def test_what_has_to_exist_fails_the_node(run: Run):
    for operation in ("read", "list", "delete"):
        with pytest.raises(NodeError, match=f"cannot {operation} 'no'.*: No such file"):
            run("file", None, operation=operation, path="no", must_exist=True)


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize("operation", ["read", "write", "append", "exists", "list"])
def test_no_path_leads_out(run: Run, traps, operation, path):
    config = {"content": "harm", "create_dirs": True} if operation in {"write", "append"} else {}
    with pytest.raises(NodeError) as raised:
        run("file", path, operation=operation, path="{{.}}", must_exist=True, **config)
    assert "secret" not in str(raised.value)
    assert (traps.parent / "outside").read_text() == "secret"


def test_a_link_that_stays_beneath_is_followed(run: Run, tmp_path):
    (tmp_path / "versions" / "2").mkdir(parents=True)
    (tmp_path / "current").symlink_to("versions/../versions/2/.")
    (tmp_path / "settings").symlink_to("current/settings")
    run("file", None, operation="write", path="settings", content="x")
    assert (tmp_path / "settings").is_symlink()
    assert (tmp_path / "versions" / "2" / "settings").read_text() == "x"
    assert run("file", None, operation="read", path="current/settings").output["content"] == "x"


@pytest.mark.parametrize("path", ["step/file", "step"])
def test_what_turns_into_a_link_after_it_was_looked_at_lets_nobody_out(tmp_path, monkeypatch, path):
    base, outside = tmp_path / "base", tmp_path / "outside"
    for place in (base / "step", outside) if path == "step/file" else (base, tmp_path):
        place.mkdir(parents=True, exist_ok=True)
        (place / path.rpartition("/")[2]).write_text("secret")
    looked = folder._link

    def look_and_lose_the_race(step, fd):
        found = looked(step, fd)
        if step == "step":
            os.rename(base / "step", base / "gone")
            (base / "step").symlink_to(outside if path == "step/file" else tmp_path / "step")
        return found

    monkeypatch.setattr(folder, "_link", look_and_lose_the_race)
    with pytest.raises((OSError, ValueError)), Folder(base).spot(path) as spot:
        spot.read()


def test_a_file_that_turns_into_a_fifo_keeps_nobody_waiting(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    checked = folder._check_ordinary

    def check_and_lose_the_race(status):
        checked(status)
        os.unlink(tmp_path / "file")
        os.mkfifo(tmp_path / "file")

    with Folder(tmp_path).spot("file") as spot:
        monkeypatch.setattr(folder, "_check_ordinary", check_and_lose_the_race)
        with pytest.raises(ValueError, match="it is no ordinary file"):
            spot.read()


def test_what_is_no_ordinary_file_is_refused_at_once(run: Run, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(tmp_path)
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        for name in ("fifo", "socket", "folder", "."):
            for operation in ("read", "write", "append"):
                config = {} if operation == "read" else {"content": ""}
                with pytest.raises(NodeError, match=r"it is (a folder|no ordinary file)"):
                    run("file", None, operation=operation, path=name, **config)
    with pytest.raises(NodeError, match="it is no ordinary file"):
        run("file", None, operation="read", path="zero", base_dir="/dev")


def test_a_file_that_is_too_large_is_refused(run: Run, tmp_path):
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(NodeError, match=r"it has more than 9\.5MB"):
        run("file", None, operation="read", path="large")
    with (tmp_path / "log").open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(NodeError, match="it would have more than 1GB"):
        run("file", None, operation="append", path="log", content="x")
    with pytest.raises(NodeError, match=r"the content has more than 9\.5MB"):
        run(
            "file",
            None,
            operation="write",
            path="x",
            encoding="utf-16",
            content="{{repeat 6000000 `x`}}",
        )


def test_a_folder_with_too_many_entries_is_refused(run: Run, tmp_path, monkeypatch):
    monkeypatch.setattr("pocket.workflow.folder.MAX_ENTRIES", 3)
    for name in "abcd":
        (tmp_path / name).write_text("")
    with pytest.raises(NodeError, match="more than 3 entries"):
        run("file", None, operation="list", path=".")


def test_a_write_is_whole_or_not_at_all(run: Run, tmp_path):
    (tmp_path / "file").write_text("old")
    os.chmod(tmp_path / "file", 0o640)
    with pytest.raises(NodeError):
        run("file", None, operation="write", path="file", content="{{fail `no`}}")
    assert (tmp_path / "file").read_text() == "old"
    with (tmp_path / "file").open() as reader:
        run("file", None, operation="write", path="file", content="new")
        assert reader.read() == "old"
    assert (tmp_path / "file").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640
    assert {entry.name for entry in tmp_path.iterdir()} == {"file", "workflow.yaml"}


def test_missing_folders_are_made_only_where_asked_for(run: Run, tmp_path):
    with pytest.raises(NodeError, match="No such file or directory"):
        run("file", None, operation="write", path="a/b/c", content="x")
    assert not (tmp_path / "a").exists()
    run("file", None, operation="write", path="a/b/c", content="x", create_dirs=True)
    assert (tmp_path / "a/b/c").read_text() == "x"


def test_the_folder_can_be_another(run: Run, tmp_path):
    (tmp_path / "data").mkdir()
    for base in ("data", str(tmp_path / "data")):
        run("file", None, operation="append", path="x", content="1", base_dir=base)
    assert (tmp_path / "data" / "x").read_text() == "11"
    with pytest.raises(NodeError, match=r"has a '\.\.'"):
        run("file", None, operation="read", path="../workflow.yaml", base_dir="data")


def test_a_file_that_is_no_text_passes_as_base64(run: Run, tmp_path):
    data = bytes(range(256))
    text = base64.b64encode(data).decode()
    run("file", text, operation="write", path="x", content="{{.}}", encoding="base64")
    assert (tmp_path / "x").read_bytes() == data
    assert (
        run("file", None, operation="read", path="x", encoding="base64").output["content"] == text
    )
    with pytest.raises(NodeError, match="byte 128 is not utf-8") as raised:
        run("file", None, operation="read", path="x")
    assert raised.value.hint == "encoding: base64 takes any file"
    with pytest.raises(NodeError, match="the content is not base64"):
        run("file", None, operation="write", path="x", content="!", encoding="base64")
    with pytest.raises(NodeError, match="'latin-1' codec can't encode"):
        run("file", None, operation="write", path="x", content="€", encoding="latin-1")


def test_a_config_that_cannot_work_is_refused_at_load(refused: Refused):
    assert "'path' is missing" in refused("file", operation="read")
    assert "none of read, write" in refused("file", operation="move", path="x")
    assert "content goes with write" in refused("file", operation="read", path="x", content="")
    assert "content goes with write" in refused("file", operation="write", path="x")


def test_a_file_that_is_listed_is_no_folder(run: Run, tmp_path):
    (tmp_path / "f").write_text("x")
    with pytest.raises(NodeError, match=r"cannot list 'f' .*: it is no folder"):
        run("file", None, operation="list", path="f")
    assert run("file", None, operation="list", path="f/below").output["exists"] is False


def test_folders_that_are_missing_can_be_made(run: Run):
    with pytest.raises(NodeError) as raised:
        run("file", None, operation="write", path="a/b", content="x")
    assert raised.value.hint == "create_dirs: true makes the folders that are missing"


def test_a_file_system_that_wants_names_will_do(run: Run, tmp_path, monkeypatch):
    # All that a system without O_TMPFILE sees of it.
    monkeypatch.setattr(os, "O_TMPFILE", os.O_DIRECTORY)
    (tmp_path / "out").write_text("old")
    before = set(tmp_path.iterdir())
    run("file", None, operation="write", path="out", content="new")
    assert (tmp_path / "out").read_text() == "new"
    assert {path.name for path in set(tmp_path.iterdir()) - before} <= {"workflow.yaml"}
