"""What a hostile guest tries with the folders that it was granted."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wasi import errnos
from wasi.build import program
from wasi.console import ANY_RIGHTS, FD_READ, FD_WRITE, Console, Out
from wasi.driver import READS, Grant, Guest

CREATE, DIRECTORY = 1, 2

OUT = [
    b"..", b"../", b"../secret", b"../data/hello", b"sub/../../secret", b"sub/../..", b"./../secret",
    b"/", b"/etc/passwd", b"//etc/passwd", b"up", b"up/secret", b"absolute", b"absolute/passwd",
    b"sub/up/secret",
]  # fmt: skip
"""Paths that lead out of a folder, some by symlinks in it."""


@pytest.fixture
def mined(data: Path) -> Path:
    """The folder with symlinks in it that lead out."""
    (data / "up").symlink_to("..")
    (data / "sub" / "up").symlink_to("../..")
    (data / "absolute").symlink_to("/etc")
    return data


@pytest.mark.parametrize("path", OUT)
def test_no_path_leads_out(mined: Path, guest: Console, path: bytes) -> None:
    outside = mined.parent
    before = sorted(outside.rglob("*"))
    name = path + b"/new"
    for rights, oflags in [(FD_READ, 0), (FD_WRITE, CREATE), (ANY_RIGHTS, DIRECTORY), (0, 0)]:
        assert guest.try_open(path, rights=rights, oflags=oflags)[0] == errnos.PERM
        assert guest.try_open(name, rights=rights, oflags=oflags)[0] != 0
    assert guest.errno("path_filestat_get", 3, 1, path, len(path), Out(64)) == errnos.PERM
    assert guest.errno("path_filestat_set_times", 3, 1, path, len(path), 0, 0, 8) == errnos.PERM
    for function in ("path_create_directory", "path_remove_directory", "path_unlink_file"):
        assert guest.path(function, name) in {errnos.PERM, errnos.NOTDIR}
    assert guest.errno("path_rename", 3, name, len(name), 3, b"here", 4) != 0
    assert guest.errno("path_rename", 3, b"hello", 5, 3, name, len(name)) != 0
    assert guest.errno("path_link", 3, 0, name, len(name), 3, b"here", 4) != 0
    assert guest.errno("path_link", 3, 0, b"hello", 5, 3, name, len(name)) != 0
    assert guest.errno("path_symlink", b"hello", 5, 3, name, len(name)) != 0
    assert guest.path("path_readlink", path + b"/secret", Out(9), 9, Out(4)) != 0
    assert sorted(outside.rglob("*")) == before


def test_paths_that_come_back_inside_are_allowed(guest: Console, data: Path) -> None:
    (data / "inner").symlink_to("sub")
    for path in (b"sub/../hello", b"./hello", b"sub/.././sub/../hello", b"inner/../hello"):
        assert guest.read(guest.open(path)) == b"hello"
    assert guest.read(guest.open(b"inner/deep")) == b"deep"


@pytest.mark.parametrize("last", [b".", b"..", b"sub/.", b"sub/..", b"sub/../", b"./", b""])
def test_a_last_name_that_stands_for_another_folder_is_refused(
    guest: Console, data: Path, last: bytes
) -> None:
    before = sorted(data.parent.rglob("*"))
    for function in ("path_create_directory", "path_remove_directory", "path_unlink_file"):
        assert guest.path(function, last) in {errnos.INVAL, errnos.NOENT}
    assert guest.errno("path_rename", 3, last, len(last), 3, b"x", 1) != 0
    assert guest.errno("path_rename", 3, b"sub", 3, 3, last, len(last)) != 0
    assert sorted(data.parent.rglob("*")) == before


def test_a_trailing_slash_makes_no_file_of_anything(guest: Console, data: Path) -> None:
    (data / "link").symlink_to("sub")
    assert guest.try_open(b"hello/")[0] == errnos.NOTDIR
    assert guest.try_open(b"new/", rights=FD_WRITE, oflags=CREATE)[0] == errnos.ISDIR
    for path in (b"hello/", b"link/", b"hello//"):
        assert guest.path("path_unlink_file", path) == errnos.NOTDIR
        assert guest.path("path_remove_directory", path) == errnos.NOTDIR
    assert guest.errno("path_rename", 3, b"link/", 5, 3, b"x", 1) == errnos.NOTDIR
    assert guest.errno("path_symlink", b"sub", 3, 3, b"new/", 4) == errnos.NOTDIR
    assert guest.errno("path_link", 3, 0, b"hello", 5, 3, b"new/", 4) == errnos.NOTDIR
    assert (data / "link").is_symlink()


def test_a_nul_in_a_path_is_refused_by_every_function(guest: Console, data: Path) -> None:
    path = b"hello\0"
    assert guest.try_open(path)[0] == errnos.INVAL
    assert guest.try_open(b"../secret\0x")[0] == errnos.INVAL
    for function in ("path_create_directory", "path_remove_directory", "path_unlink_file"):
        assert guest.path(function, path) == errnos.INVAL
    assert guest.errno("path_filestat_get", 3, 1, path, 6, Out(64)) == errnos.INVAL
    assert guest.errno("path_rename", 3, path, 6, 3, b"x", 1) == errnos.INVAL
    assert guest.errno("path_symlink", path, 6, 3, b"x", 1) == errnos.INVAL
    assert (data / "hello").exists()


@pytest.mark.parametrize("target", [b"/etc/passwd", b"..", b"../x", b"sub/../../x", b"sub/.."])
def test_no_symlink_is_made_that_another_program_would_follow_out(
    guest: Console, data: Path, target: bytes
) -> None:
    assert guest.errno("path_symlink", target, len(target), 3, b"x", 1) == errnos.PERM
    assert not (data / "x").is_symlink()


def test_symlinks_are_not_followed_where_only_they_are_meant(mined: Path, guest: Console) -> None:
    (mined / "victim").symlink_to("../secret")
    assert guest.path("path_unlink_file", b"victim") == 0
    assert (mined.parent / "secret").read_text() == "secret"
    assert guest.errno("path_link", 3, 0, b"up", 2, 3, b"again", 5) == 0
    assert guest.try_open(b"again/secret")[0] == errnos.PERM
    assert guest.errno("path_filestat_set_times", 3, 0, b"absolute", 8, 0, 1, 4) == 0
    assert guest.path("path_readlink", b"up", Out(9), 9, Out(4)) == 0


def test_devices_pipes_and_sockets_inside_a_folder_are_not_opened(
    guest: Console, data: Path
) -> None:
    os.mkfifo(data / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(data / "socket"))
        for name in (b"pipe", b"socket"):
            for rights in (FD_READ, FD_WRITE, FD_READ | FD_WRITE):
                begun = time.monotonic()
                assert guest.try_open(name, rights=rights)[0] != 0
                assert time.monotonic() - begun < 1
    assert guest.ask("path_filestat_get", 3, 1, b"pipe", 4, Out(64)).outs[0][16] == 0
    assert guest.open(b"hello") == 4


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_inside_a_folder_is_not_opened(guest: Console, data: Path) -> None:
    os.mknod(data / "zero", 0o20666, os.makedev(1, 5))
    for rights in (FD_READ, FD_WRITE):
        assert guest.try_open(b"zero", rights=rights)[0] == errnos.PERM


def test_magic_links_of_proc_are_not_followed(tmp_path: Path) -> None:
    from wasi.console import console

    with Console(console(), [Grant(Path("/proc"), mode=READS)]) as guest:
        for path in (b"self/fd/0", b"self/exe", b"self/root/etc/passwd", b"1/root/etc/passwd"):
            assert guest.try_open(path)[0] != 0


@contextmanager
def _swapping(folder: Path) -> Iterator[None]:
    """Make `door` a folder with a harmless secret and a symlink to the real one, in turn."""
    (folder / "real").mkdir()
    (folder / "real" / "secret").write_text("harmless")
    (folder / "out").symlink_to("../outside")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            (folder / "real").rename(folder / "door")
            (folder / "door").rename(folder / "real")
            (folder / "out").rename(folder / "door")
            (folder / "door").rename(folder / "out")

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_symlink_swapped_between_check_and_use_leads_nowhere(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    data.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (outside / "victim").write_text("victim")
    with (
        Guest(program("racer"), [Grant(data)], cpu_ms=60_000, disk_bytes=1 << 40) as guest,
        _swapping(data),
    ):
        seen = json.loads(guest.call(b"20000", timeout_s=100))
    assert seen["secrets"] == 0
    assert seen["opened"] > 0
    assert seen["made"] > 0
    assert sorted(file.name for file in outside.iterdir()) == ["secret", "victim"]


def _clock(userdata: int, timeout_ns: int, *, clock: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<QB7xI4xQQH6x", userdata, 0, clock, timeout_ns, 0, flags)


def _ready(userdata: int, fd: int, kind: int = 1) -> bytes:
    return struct.pack("<QB7xI28x", userdata, kind, fd)


def _events(guest: Console, *subscriptions: bytes) -> list[tuple[int, int, int]]:
    count = len(subscriptions)
    answer = guest.ask("poll_oneoff", b"".join(subscriptions), Out(32 * count), count, Out(4))
    assert answer.errno == 0
    found = int.from_bytes(answer.outs[1], "little")
    return [struct.unpack_from("<QHB", answer.outs[0], 32 * event) for event in range(found)]


def test_a_sleep_lasts_as_long_as_was_asked(guest: Console) -> None:
    begun = time.monotonic()
    assert _events(guest, _clock(7, 50_000_000), _clock(8, 10**18)) == [(7, 0, 0)]
    assert 0.05 <= time.monotonic() - begun < 2
    begun = time.monotonic()
    until = time.time_ns() + 50_000_000
    assert _events(guest, _clock(9, until, clock=0, flags=1)) == [(9, 0, 0)]
    assert 0.03 <= time.monotonic() - begun < 2
    assert _events(guest, _clock(9, 1, clock=1, flags=1)) == [(9, 0, 0)]


def test_what_is_ready_does_not_wait_for_a_clock(guest: Console) -> None:
    fd = guest.open(b"hello")
    events = _events(guest, _clock(1, 10**18), _ready(2, fd), _ready(3, 2, 2), _ready(4, 99))
    assert events == [(2, 0, 1), (3, 0, 2), (4, errnos.BADF, 1)]
    assert _events(guest, _clock(1, 5, clock=3)) == [(1, errnos.INVAL, 0)]
    assert guest.errno("poll_oneoff", 0x11000, 0x12000, 0, Out(4)) == errnos.INVAL
    assert guest.errno("poll_oneoff", _ready(1, 3, 9), Out(32), 1, Out(4)) == errnos.INVAL
