"""Every function of preview 1 with addresses that lead out of the guest's memory."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from wasi import errnos
from wasi.console import ANY_RIGHTS, DATA, MEMORY_BYTES, NAMES, Console, Out, console
from wasi.driver import Grant

LAST, WRAP, TOP = MEMORY_BYTES - 1, 0xFFFF_FFF8, 0xFFFF_FFFF

# P stands for the bad address; every other argument is good. Descriptor 3 is a folder, 4 a file.
P = "P"
PATH = (DATA, 5)
CALLS: list[tuple[str, list[object]]] = [
    ("args_sizes_get", [P, DATA]),
    ("args_sizes_get", [DATA, P]),
    ("clock_res_get", [0, P]),
    ("clock_time_get", [0, 0, P]),
    ("environ_get", [P, DATA]),
    ("environ_get", [DATA, P]),
    ("environ_sizes_get", [P, DATA]),
    ("environ_sizes_get", [DATA, P]),
    ("fd_fdstat_get", [4, P]),
    ("fd_filestat_get", [4, P]),
    ("fd_pread", [4, P, 1, 0, DATA]),
    ("fd_pread", [4, DATA + 16, 1, 0, P]),
    ("fd_prestat_dir_name", [3, P, 5]),
    ("fd_prestat_get", [3, P]),
    ("fd_pwrite", [4, P, 1, 0, DATA]),
    ("fd_pwrite", [4, DATA + 16, 1, 0, P]),
    ("fd_read", [4, P, 1, DATA]),
    ("fd_read", [4, DATA + 16, 1, P]),
    ("fd_read", [0, P, 1, DATA]),
    ("fd_readdir", [3, P, 64, 0, DATA]),
    ("fd_readdir", [3, DATA, 64, 0, P]),
    ("fd_seek", [4, 3, 0, P]),
    ("fd_tell", [4, P]),
    ("fd_write", [4, P, 1, DATA]),
    ("fd_write", [4, DATA + 16, 1, P]),
    ("fd_write", [2, P, 1, DATA]),
    ("path_create_directory", [3, P, 5]),
    ("path_filestat_get", [3, 0, P, 5, DATA]),
    ("path_filestat_get", [3, 0, *PATH, P]),
    ("path_filestat_set_times", [3, 0, P, 5, 0, 0, 5]),
    ("path_link", [3, 0, P, 5, 3, *PATH]),
    ("path_link", [3, 0, *PATH, 3, P, 5]),
    ("path_open", [3, 0, P, 5, 1, ANY_RIGHTS, 0, 0, DATA]),
    ("path_open", [3, 0, *PATH, 1, ANY_RIGHTS, 0, 0, P]),
    ("path_readlink", [3, P, 5, DATA, 5, DATA]),
    ("path_readlink", [3, *PATH, P, 5, DATA]),
    ("path_readlink", [3, *PATH, DATA, 5, P]),
    ("path_remove_directory", [3, P, 5]),
    ("path_rename", [3, P, 5, 3, *PATH]),
    ("path_rename", [3, *PATH, 3, P, 5]),
    ("path_symlink", [P, 5, 3, *PATH]),
    ("path_symlink", [*PATH, 3, P, 5]),
    ("path_unlink_file", [3, P, 5]),
    ("poll_oneoff", [P, DATA, 1, DATA]),
    ("poll_oneoff", [DATA, P, 1, DATA]),
    ("poll_oneoff", [DATA, DATA, 1, P]),
    ("random_get", [P, 8]),
]

WITHOUT_POINTERS = {
    "args_get",  # its pointers are used only where there are arguments
    "fd_advise", "fd_allocate", "fd_close", "fd_datasync", "fd_fdstat_set_flags",
    "fd_fdstat_set_rights", "fd_filestat_set_size", "fd_filestat_set_times", "fd_renumber",
    "fd_sync", "proc_raise", "sched_yield",
    "sock_accept", "sock_recv", "sock_send", "sock_shutdown",  # always refused before
}  # fmt: skip


def test_the_table_has_every_function() -> None:
    assert {name for name, _ in CALLS} | WITHOUT_POINTERS == set(NAMES)


@pytest.mark.parametrize("bad", [LAST, WRAP, TOP], ids=["last", "wrap", "top"])
def test_an_address_outside_is_a_fault_and_nothing_is_done(data: Path, bad: int) -> None:
    before = sorted(str(file) for file in data.rglob("*"))
    with Console(console(), [Grant(data)], environ=[b"A=1", b"B=2"]) as guest:
        fd = guest.open(b"hello", rights=ANY_RIGHTS)
        assert fd == 4
        # What the good addresses show: a path, a subscription, and a list of one good buffer.
        shown = b"hello".ljust(16, b"\0") + struct.pack("<II", DATA + 32, 4) + bytes(64)
        for name, arguments in CALLS:
            words = [bad if argument is P else argument for argument in arguments]
            head = struct.pack("<q", NAMES.index(name))
            head += b"".join(struct.pack("<Q", word) for word in words)
            answer = guest.call(head.ljust(80, b"\0") + shown)
            assert int.from_bytes(answer[:4], "little") == errnos.FAULT, (name, arguments)
            assert answer[80:] == shown, (name, arguments)
        assert guest.number("fd_tell", fd, Out(8)) == 0
        assert guest.try_open(b"none")[1] == 0
        assert guest.open(b"hello") == 5
    assert sorted(str(file) for file in data.rglob("*")) == before
    assert (data / "hello").read_text() == "hello"


@pytest.mark.parametrize(
    ("at", "size"),
    [(LAST, 2), (WRAP, 8), (WRAP, 9), (TOP, TOP), (DATA, TOP), (MEMORY_BYTES + 1, 0)],
)
@pytest.mark.parametrize("name", ["fd_read", "fd_write"])
def test_one_buffer_outside_stops_the_whole_transfer(
    guest: Console, data: Path, name: str, at: int, size: int
) -> None:
    fd = guest.open(b"hello", rights=ANY_RIGHTS)
    pieces = struct.pack("<IIII", DATA + 32, 4, at, size)
    answer = guest.ask(name, fd, pieces, 2, Out(8), tail=b"....")
    assert answer == (errnos.FAULT, [bytes(8), b"...."])
    assert (data / "hello").read_text() == "hello"
    assert guest.number("fd_tell", fd, Out(8)) == 0


def test_the_last_byte_of_memory_can_be_used(guest: Console) -> None:
    fd = guest.open(b"hello")
    assert guest.number("fd_read", fd, struct.pack("<II", LAST, 1), 1, Out(4)) == 1
    assert guest.errno("random_get", LAST, 1) == 0
    assert guest.errno("random_get", MEMORY_BYTES, 0) == 0
    assert guest.errno("random_get", 0, MEMORY_BYTES) != errnos.FAULT
    assert guest.errno("random_get", 0, MEMORY_BYTES + 1) == errnos.FAULT


def test_lists_that_are_too_long_are_refused_whatever_they_hold(guest: Console) -> None:
    fd = guest.open(b"hello")
    for count in (1025, 0x2000_0001, TOP):
        for name in ("fd_read", "fd_write"):
            assert guest.errno(name, fd, 0, count, Out(4)) == errnos.INVAL
        assert guest.errno("poll_oneoff", 0, 0, count, Out(4)) == errnos.INVAL
    assert guest.errno("fd_read", fd, 0x3F000, 1024, Out(4)) == errnos.FAULT


def test_buffers_that_overlap_do_not_make_a_transfer_without_end(guest: Console) -> None:
    fd = guest.open(b"hello")
    whole = struct.pack("<II", 0, MEMORY_BYTES) * 1024
    assert guest.number("fd_read", fd, whole, 1024, Out(8)) in range(6)


def test_paths_that_are_too_long_are_refused(guest: Console) -> None:
    for length in (4096, 100_000):
        assert guest.path("path_unlink_file", b"x" * length) == errnos.NAMETOOLONG
    assert guest.errno("path_unlink_file", 3, 0, TOP) == errnos.FAULT
    assert guest.path("path_unlink_file", b"x" * 4095) == errnos.NAMETOOLONG
    assert guest.path("path_unlink_file", b"x/" * 2047) == errnos.NOENT


def test_descriptors_that_are_not_open_are_refused_by_every_function(guest: Console) -> None:
    for fd in (9, 2**31, TOP):
        for name in NAMES:
            if name.startswith(("fd_", "sock_")):
                assert guest.errno(name, fd, *[0] * 7) == errnos.BADF, name
    for fd in range(4):
        assert guest.errno("sock_shutdown", fd, 0) == errnos.NOTSOCK
