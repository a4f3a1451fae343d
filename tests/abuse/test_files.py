"""Files: a plugin with one granted folder, and the paths it asks for, by WASI in a real worker."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from wasi import errnos
from wasi.console import ANY_RIGHTS, FD_READ, FD_WRITE, Console, console
from wasi.driver import READS, Grant

from abuse.siege import Siege

CREATE = 1


def _folder(root: Path) -> Path:
    data = root / "data"
    (data / "sub").mkdir(parents=True)
    (root / "secret").write_text("secret")
    (data / "hello").write_text("hello")
    (data / "up").symlink_to("..")
    (data / "absolute").symlink_to("/etc")
    (data / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(data / "pipe")
    if (root / "socket").exists():
        (root / "socket").rename(data / "socket")
    if os.geteuid() == 0:
        os.mknod(data / "zero", 0o20666, os.makedev(1, 5))
    return data


def _asked(siege: Siege, ask: Callable[[Console], int], mode: int = 3) -> None:
    """Hold that a guest's question is answered by an errno, and nothing outside has changed."""
    data = _folder(siege.root)
    outside = sorted(siege.root.rglob("*"))

    def attack() -> bool:
        with Console(console(), [Grant(data, mode=mode)]) as guest:
            errno[0] = ask(guest)
        return errno[0] != 0

    errno = [0]
    siege.answers(attack, True, by="worker: errno")
    siege.row.stopped_by = f"worker: errno {errno[0]}"
    assert sorted(siege.root.rglob("*")) == outside
    assert (siege.root / "secret").read_text() == "secret"


OUT = {
    "..": b"..",
    "a file beside the folder": b"../secret",
    ".. behind a folder": b"sub/../../secret",
    "an absolute path": b"/etc/passwd",
    "two slashes": b"//etc/passwd",
    "a symlink to the folder above": b"up/secret",
    "a symlink to /etc": b"absolute/passwd",
    "a symlink to a file": b"passwd",
    "a trailing slash on a file": b"hello/",
    "a NUL": b"hello\0.txt",
    "an empty path": b"",
    "a FIFO": b"pipe",
    "a path of 5,000 bytes": b"x/" * 2500,
    "a name that is not UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("path", OUT.values(), ids=[f"reading {name}" for name in OUT])
def test_reading(siege: Siege, path: bytes) -> None:
    _asked(siege, lambda guest: guest.try_open(path)[0])


@pytest.mark.parametrize("path", OUT.values(), ids=[f"writing {name}" for name in OUT])
def test_writing(siege: Siege, path: bytes) -> None:
    _asked(siege, lambda guest: guest.try_open(path, rights=FD_WRITE)[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_inside_the_folder(siege: Siege) -> None:
    _asked(siege, lambda guest: guest.try_open(b"zero", rights=FD_READ | FD_WRITE)[0])


def test_a_socket_inside_the_folder(siege: Siege) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(siege.root / "socket"))
    _asked(siege, lambda guest: guest.try_open(b"socket")[0])


def test_writing_through_a_grant_to_read(siege: Siege) -> None:
    _asked(siege, lambda guest: guest.try_open(b"hello", rights=FD_WRITE)[0], mode=READS)


def test_making_a_file_through_a_grant_to_read(siege: Siege) -> None:
    def ask(guest: Console) -> int:
        return guest.try_open(b"new", rights=FD_WRITE, oflags=CREATE)[0]

    _asked(siege, ask, mode=READS)


def test_deleting_through_a_grant_to_read(siege: Siege) -> None:
    _asked(siege, lambda guest: guest.path("path_unlink_file", b"hello"), mode=READS)


def test_a_symlink_out_of_the_folder(siege: Siege) -> None:
    def ask(guest: Console) -> int:
        return guest.errno("path_symlink", b"../secret", 9, 3, b"x", 1)

    _asked(siege, ask)


def test_a_hard_link_to_what_lies_outside(siege: Siege) -> None:
    def ask(guest: Console) -> int:
        return guest.errno("path_link", 3, 1, b"../secret", 9, 3, b"x", 1)

    _asked(siege, ask)


def test_a_rename_to_the_outside(siege: Siege) -> None:
    def ask(guest: Console) -> int:
        return guest.errno("path_rename", 3, b"hello", 5, 3, b"../hello", 8)

    _asked(siege, ask)


def test_magic_links_of_proc(siege: Siege) -> None:
    def attack() -> bool:
        with Console(console(), [Grant(Path("/proc"), mode=READS)]) as guest:
            paths = (b"self/fd/0", b"self/exe", b"self/root/etc/passwd", b"1/root/etc/passwd")
            return all(guest.try_open(path)[0] != 0 for path in paths)

    siege.answers(attack, True, by="worker: errno")


def test_a_symlink_swapped_between_check_and_use(siege: Siege) -> None:
    data = _folder(siege.root)
    (data / "real").mkdir()
    (data / "real" / "secret").write_text("harmless")
    (data / "out").symlink_to("..")
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for name in ("real", "out"):
                (data / name).rename(data / "door")
                (data / "door").rename(data / name)

    def attack() -> int:
        thread = threading.Thread(target=swap)
        thread.start()
        stolen = 0
        try:
            with Console(console(), [Grant(data)]) as guest:
                for _ in range(3000):
                    errno, fd = guest.try_open(b"door/secret", rights=FD_READ)
                    if errno == 0:
                        stolen += guest.read(fd) == b"secret"
                        guest.errno("fd_close", fd)
        finally:
            over.set()
            thread.join()
        return stolen

    siege.answers(attack, 0, by="worker: openat2", within_s=30)


def test_a_disk_filled(siege: Siege) -> None:
    data = _folder(siege.root)

    def attack() -> bool:
        with Console(console(), [Grant(data)], disk_bytes=1 << 20) as guest:
            fd = guest.open(b"big", rights=ANY_RIGHTS, oflags=CREATE)
            return guest.errno("fd_filestat_set_size", fd, 1 << 30) in {
                errnos.NOSPC,
                errnos.FBIG,
            }

    siege.answers(attack, True, by="worker: quota")
    assert (data / "big").stat().st_size <= 1 << 20
