"""Files and folders of a guest, function by function."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from wasi import errnos
from wasi.console import FD_READ, FD_WRITE, Console, Out, console, piece
from wasi.driver import BOTH, READS, WRITES, Grant

CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE = 1, 2, 4, 8
READ_WRITE = FD_READ | FD_WRITE


def test_granted_folders_are_the_descriptors_from_3_on(data: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    with Console(console(), [Grant(data), Grant(tmp_path / "more", "/more/of it")]) as guest:
        assert guest.number("fd_prestat_get", 3, Out(8)) == len("/data") << 32
        assert guest.ask("fd_prestat_dir_name", 3, Out(5), 5).outs[0] == b"/data"
        assert guest.ask("fd_prestat_dir_name", 4, Out(11), 11).outs[0] == b"/more/of it"
        assert guest.errno("fd_prestat_dir_name", 4, Out(11), 10) == errnos.NAMETOOLONG
        for fd in (0, 2, 5):
            assert guest.errno("fd_prestat_get", fd, Out(8)) == errnos.BADF


def test_a_file_is_written_and_read_at_its_position(guest: Console, data: Path) -> None:
    fd = guest.open(b"new", oflags=CREATE, rights=READ_WRITE)
    assert guest.write(fd, b"hello world") == 11
    assert (data / "new").read_bytes() == b"hello world"
    assert guest.number("fd_tell", fd, Out(8)) == 11
    assert guest.number("fd_seek", fd, -5, 2, Out(8)) == 6
    assert guest.read(fd, 3) == b"wor"
    assert guest.number("fd_seek", fd, -1, 1, Out(8)) == 8
    assert guest.read(fd) == b"rld"
    assert guest.read(fd) == b""
    assert guest.errno("fd_seek", fd, -12, 2, Out(8)) == errnos.INVAL
    assert guest.errno("fd_seek", fd, 2**63 - 1, 1, Out(8)) == errnos.INVAL
    assert guest.errno("fd_seek", fd, 0, 3, Out(8)) == errnos.INVAL


def test_reading_and_writing_elsewhere_leaves_the_position(guest: Console, data: Path) -> None:
    fd = guest.open(b"hello", rights=READ_WRITE)
    assert guest.ask("fd_pread", fd, piece(9), 1, 1, Out(8), tail=bytes(9)).outs[1][:4] == b"ello"
    assert guest.number("fd_pwrite", fd, piece(2), 1, 3, Out(8), tail=b"p!") == 2
    assert guest.read(fd) == b"help!"
    assert (data / "hello").read_bytes() == b"help!"


def test_buffers_are_filled_and_emptied_one_after_the_other(guest: Console) -> None:
    fd = guest.open(b"pieces", oflags=CREATE, rights=READ_WRITE)
    base = 0x10000 + 80 + 24 + 8
    two = struct.pack("<IIIIII", base, 3, base + 8, 0, base + 5, 4)
    assert guest.number("fd_write", fd, two, 3, Out(8), tail=b"abc--defg") == 7
    guest.number("fd_seek", fd, 0, 0, Out(8))
    answer = guest.ask("fd_read", fd, two, 3, Out(8), tail=b"---++----")
    assert answer.outs[1] == b"abc++defg"


def test_a_large_file_goes_through_whole(guest: Console, data: Path) -> None:
    content = os.urandom(100_000)
    fd = guest.open(b"large", oflags=CREATE, rights=READ_WRITE)
    assert guest.write(fd, content) == len(content)
    assert (data / "large").read_bytes() == content
    guest.number("fd_seek", fd, 0, 0, Out(8))
    assert guest.read(fd, 100_000) == content


def test_opening_creates_excludes_and_truncates(guest: Console, data: Path) -> None:
    assert guest.try_open(b"none")[0] == errnos.NOENT
    assert guest.try_open(b"hello", oflags=CREATE | EXCLUSIVE, rights=FD_WRITE)[0] == errnos.EXIST
    guest.open(b"only", oflags=CREATE | EXCLUSIVE, rights=FD_WRITE)
    guest.open(b"hello", oflags=CREATE | TRUNCATE, rights=FD_WRITE)
    assert (data / "hello").read_bytes() == b""
    assert guest.try_open(b"hello", oflags=DIRECTORY)[0] == errnos.NOTDIR
    assert guest.try_open(b"sub", rights=FD_WRITE)[0] == errnos.ISDIR
    assert guest.try_open(b"sub", oflags=CREATE | DIRECTORY)[0] == errnos.INVAL
    assert guest.try_open(b"hello", oflags=16)[0] == errnos.INVAL
    assert guest.try_open(b"hello", fdflags=32)[0] == errnos.INVAL


def test_a_file_is_open_for_what_was_asked(guest: Console) -> None:
    reading = guest.open(b"hello")
    assert guest.errno("fd_write", reading, piece(1), 1, Out(8), tail=b"x") == errnos.BADF
    writing = guest.open(b"hello", rights=FD_WRITE)
    assert guest.errno("fd_read", writing, piece(1), 1, Out(8), tail=b"x") == errnos.BADF
    assert guest.errno("fd_filestat_set_size", reading, 0) == errnos.BADF
    assert guest.errno("fd_allocate", reading, 0, 9) == errnos.BADF


def test_appending_goes_to_the_end_and_can_be_switched(guest: Console, data: Path) -> None:
    fd = guest.open(b"hello", rights=READ_WRITE, fdflags=1)
    guest.number("fd_seek", fd, 0, 0, Out(8))
    guest.write(fd, b" you")
    assert (data / "hello").read_bytes() == b"hello you"
    assert guest.number("fd_tell", fd, Out(8)) == 9
    assert guest.errno("fd_fdstat_set_flags", fd, 0) == 0
    guest.number("fd_seek", fd, 0, 0, Out(8))
    guest.write(fd, b"J")
    assert guest.errno("fd_fdstat_set_flags", fd, 1) == 0
    guest.write(fd, b"!")
    assert (data / "hello").read_bytes() == b"Jello you!"
    assert guest.errno("fd_fdstat_set_flags", fd, 16) == errnos.NOTSUP
    assert guest.errno("fd_fdstat_set_flags", fd, 32) == errnos.INVAL


def test_sizes_change(guest: Console, data: Path) -> None:
    fd = guest.open(b"hello", rights=READ_WRITE)
    assert guest.errno("fd_filestat_set_size", fd, 2) == 0
    assert (data / "hello").read_bytes() == b"he"
    assert guest.errno("fd_filestat_set_size", fd, 4) == 0
    assert guest.errno("fd_allocate", fd, 2, 4) in {0, errnos.NOTSUP}
    assert (data / "hello").read_bytes()[:4] == b"he\0\0"
    for offset, length in [(0, 0), (2**63, 1), (2**64 - 1, 2)]:
        assert guest.errno("fd_allocate", fd, offset, length) == errnos.INVAL
    assert guest.errno("fd_advise", fd, 0, 0, 3) == 0
    assert guest.errno("fd_advise", fd, 0, 0, 6) == errnos.INVAL
    assert guest.errno("fd_advise", fd, 2**64 - 1, 2, 0) == errnos.INVAL
    assert guest.errno("fd_sync", fd) == guest.errno("fd_datasync", fd) == 0


def test_what_is_known_of_a_file(guest: Console, data: Path) -> None:
    (data / "link").symlink_to("hello")
    known = (data / "hello").stat()
    fd = guest.open(b"hello")
    for answer in (
        guest.ask("fd_filestat_get", fd, Out(64)),
        guest.ask("path_filestat_get", 3, 1, b"link", 4, Out(64)),
    ):
        device, inode, kind, links, size, _, modified, _ = struct.unpack("<8Q", answer.outs[0])
        assert (device, inode, kind, links) == (known.st_dev, known.st_ino, 4, 1)
        assert (size, modified) == (5, known.st_mtime_ns)
    assert guest.ask("path_filestat_get", 3, 0, b"link", 4, Out(64)).outs[0][16] == 7
    assert guest.ask("path_filestat_get", 3, 1, b".", 1, Out(64)).outs[0][16] == 3
    assert guest.ask("fd_filestat_get", 3, Out(64)).outs[0][16] == 3
    assert guest.ask("fd_fdstat_get", 3, Out(24)).outs[0][0] == 3
    assert guest.ask("fd_fdstat_get", fd, Out(24)).outs[0][0] == 4


def test_times_are_set_to_a_time_or_to_now(guest: Console, data: Path) -> None:
    (data / "link").symlink_to("hello")
    fd = guest.open(b"hello", rights=READ_WRITE)
    assert guest.errno("fd_filestat_set_times", fd, 7, 1_500_000_000_000_000_001, 4) == 0
    assert (data / "hello").stat().st_mtime_ns == 1_500_000_000_000_000_001
    assert guest.errno("path_filestat_set_times", 3, 0, b"link", 4, 5, 0, 1 | 8) == 0
    assert os.lstat(data / "link").st_atime_ns == 5
    assert (data / "hello").stat().st_mtime_ns == 1_500_000_000_000_000_001
    assert guest.errno("path_filestat_set_times", 3, 1, b"link", 4, 0, 0, 8) == 0
    assert (data / "hello").stat().st_mtime_ns > 1_600_000_000_000_000_000
    assert guest.errno("fd_filestat_set_times", 3, 0, 9, 4) == 0
    assert data.stat().st_mtime_ns == 9
    for flags in (3, 12, 16):
        assert guest.errno("fd_filestat_set_times", fd, 0, 0, flags) == errnos.INVAL


def test_folders_come_and_go(guest: Console, data: Path) -> None:
    assert guest.path("path_create_directory", b"sub/new/") == 0
    assert (data / "sub" / "new").is_dir()
    assert guest.path("path_create_directory", b"sub/new") == errnos.EXIST
    assert guest.path("path_remove_directory", b"sub") == errnos.NOTEMPTY
    assert guest.path("path_remove_directory", b"hello") == errnos.NOTDIR
    assert guest.path("path_remove_directory", b"sub/new/") == 0
    assert guest.path("path_unlink_file", b"sub") in {errnos.ISDIR, errnos.PERM}
    assert guest.path("path_unlink_file", b"sub/deep") == 0
    assert guest.path("path_unlink_file", b"sub/deep") == errnos.NOENT
    assert list((data / "sub").iterdir()) == []


def test_a_folder_that_was_opened_is_a_base_of_its_own(guest: Console) -> None:
    fd = guest.open(b"sub", oflags=DIRECTORY)
    assert guest.read(guest.open(b"deep", fd=fd)) == b"deep"
    assert guest.try_open(b"../hello", fd=fd)[0] == errnos.PERM
    assert guest.errno("fd_prestat_get", fd, Out(8)) == errnos.BADF
    assert [name for _, name, _ in guest.list(fd)][-1:] != []


def test_files_are_renamed_also_across_folders(data: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Console(console(), [Grant(data), Grant(tmp_path / "other", "/other")]) as guest:
        assert guest.path("path_rename", b"hello", 3, b"sub/hi", 6) == 0
        assert guest.path("path_rename", b"sub/hi", 4, b"hi", 2) == 0
        assert (tmp_path / "other" / "hi").read_text() == "hello"
        assert guest.path("path_rename", b"sub/", 4, b"moved/", 6) == 0
        assert (tmp_path / "other" / "moved" / "deep").read_text() == "deep"
        assert guest.errno("path_rename", 4, b"hi/", 3, 3, b"x", 1) == errnos.NOTDIR
        assert guest.path("path_rename", b"gone", 4, b"x", 1) == errnos.NOENT


def test_links_have_two_names_within_one_folder(data: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with Console(console(), [Grant(data), Grant(tmp_path / "other", "/other")]) as guest:
        assert guest.errno("path_link", 3, 0, b"hello", 5, 3, b"sub/hi", 6) == 0
        assert (data / "hello").samefile(data / "sub" / "hi")
        assert guest.errno("path_link", 3, 0, b"hello", 5, 4, b"hi", 2) == errnos.PERM
        assert guest.errno("path_link", 3, 1, b"hello", 5, 3, b"hi", 2) == errnos.INVAL


def test_symlinks_are_made_read_and_followed(guest: Console, data: Path) -> None:
    assert guest.errno("path_symlink", b"deep", 4, 3, b"sub/link", 8) == 0
    answer = guest.ask("path_readlink", 3, b"sub/link", 8, Out(9), 9, Out(4))
    assert answer.outs == [b"deep\0\0\0\0\0", b"\4\0\0\0", b""]
    assert guest.ask("path_readlink", 3, b"sub/link", 8, Out(2), 2, Out(4)).outs[0] == b"de"
    assert guest.path("path_readlink", b"hello", Out(9), 9, Out(4)) == errnos.INVAL
    assert guest.read(guest.open(b"sub/link")) == b"deep"
    assert guest.try_open(b"sub/link", follow=False)[0] == errnos.LOOP
    (data / "loop").symlink_to("loop")
    assert guest.try_open(b"loop")[0] == errnos.LOOP


def test_descriptors_are_moved_and_closed(guest: Console) -> None:
    first, second = guest.open(b"hello"), guest.open(b"sub/deep")
    assert (first, second) == (4, 5)
    assert guest.errno("fd_renumber", second, first) == 0
    assert guest.read(first) == b"deep"
    assert guest.errno("fd_close", second) == errnos.BADF
    assert guest.errno("fd_renumber", first, 9) == errnos.BADF
    assert guest.errno("fd_close", first) == 0
    assert guest.errno("fd_tell", first, Out(8)) == errnos.BADF
    assert guest.open(b"hello") == 4


def test_a_folder_that_was_closed_is_out_of_reach(guest: Console) -> None:
    assert guest.errno("fd_close", 3) == 0
    assert guest.try_open(b"hello")[0] == errnos.BADF
    assert guest.errno("fd_prestat_get", 3, Out(8)) == errnos.BADF


def test_rights_can_be_given_up_and_not_taken_back(guest: Console) -> None:
    fd = guest.open(b"hello", rights=READ_WRITE)
    assert guest.errno("fd_fdstat_set_rights", fd, FD_READ, 0) == 0
    assert guest.errno("fd_write", fd, piece(1), 1, Out(8), tail=b"x") == errnos.BADF
    assert guest.errno("fd_fdstat_set_rights", fd, READ_WRITE, 0) == errnos.NOTCAPABLE


def test_a_guest_opens_64_files_and_no_more(guest: Console) -> None:
    fds = [guest.open(b"hello") for _ in range(64)]
    assert guest.try_open(b"hello")[0] == errnos.MFILE
    assert guest.path("path_create_directory", b"still") == 0
    guest.errno("fd_close", fds[7])
    assert guest.open(b"hello") == fds[7]


def test_a_listing_has_every_entry_and_its_type(guest: Console, data: Path) -> None:
    (data / "link").symlink_to("hello")
    found = {name: kind for _, name, kind in guest.list(3)}
    assert found == {b".": 3, b"..": 3, b"hello": 4, b"link": 7, b"sub": 3}


@pytest.mark.parametrize("deleting", [False, True])
def test_a_listing_goes_on_at_a_cookie_while_entries_are_deleted(
    guest: Console, data: Path, *, deleting: bool
) -> None:
    names = {f"file{number}".encode() for number in range(500)}
    for name in names:
        (data / "sub" / name.decode()).touch()
    fd, cookie, seen = guest.open(b"sub", oflags=DIRECTORY), 0, list[bytes]()
    while entries := guest.list(fd, size=300, cookie=cookie):
        for cookie, name, _ in entries:  # noqa: B007
            seen.append(name)
            if deleting and name in names:
                assert guest.path("path_unlink_file", name, fd=fd) == 0
    assert len(seen) == len(set(seen))
    assert set(seen) == names | {b".", b"..", b"deep"}


def test_an_entry_that_does_not_fit_is_cut(guest: Console) -> None:
    for size in (0, 1, 24, 40):
        buffer, used, _ = guest.ask("fd_readdir", 3, Out(64), size, 0, Out(4)).outs
        assert int.from_bytes(used, "little") == size
        assert buffer[size:] == bytes(64 - size)
    for cookie in (2**63, 2**64 - 1):
        assert guest.errno("fd_readdir", 3, Out(64), 64, cookie, Out(4)) == errnos.INVAL


def test_a_fresh_state_has_closed_what_the_last_call_opened(data: Path) -> None:
    with Console(console(), [Grant(data)], fresh=True) as guest:
        for _ in range(200):
            assert guest.open(b"hello") == 4
        assert guest.errno("fd_tell", 4, Out(8)) == errnos.BADF
        assert guest.errno("fd_close", 3) == 0
        assert guest.number("fd_prestat_get", 3, Out(8)) == 5 << 32
        open_files = Path(f"/proc/{guest.process.pid}/fd").iterdir()
        links = [str(file.readlink()) for file in open_files]
        assert [link for link in links if "hello" in link] == []


def test_quota_stops_growth_and_nothing_else(data: Path) -> None:
    with Console(console(), [Grant(data)], disk_bytes=20_000) as guest:
        fd = guest.open(b"hello", rights=READ_WRITE)
        assert guest.write(fd, b"HELLO") == 5
        assert guest.errno("fd_filestat_set_size", fd, 0) == 0
        guest.number("fd_seek", fd, 0, 0, Out(8))
        assert guest.write(fd, bytes(30_000)) == 20_000
        assert guest.errno("fd_write", fd, piece(1), 1, Out(8), tail=b"x") == errnos.NOSPC
        assert guest.number("fd_seek", fd, 0, 0, Out(8)) == 0
        assert guest.write(fd, b"again") == 5
        assert guest.errno("fd_filestat_set_size", fd, 20_001) == errnos.NOSPC
        assert guest.errno("fd_allocate", fd, 20_000, 1) == errnos.NOSPC
        assert guest.errno("fd_pwrite", fd, piece(1), 1, 2**40, Out(8), tail=b"x") == errnos.NOSPC
        assert guest.try_open(b"one", oflags=CREATE, rights=FD_WRITE)[0] == errnos.NOSPC
        assert guest.path("path_create_directory", b"one") == errnos.NOSPC
        assert guest.errno("path_symlink", b"hello", 5, 3, b"one", 3) == errnos.NOSPC
        assert guest.errno("path_link", 3, 0, b"hello", 5, 3, b"one", 3) == errnos.NOSPC
        assert guest.errno("fd_filestat_set_size", fd, 0) == 0
    assert sorted(file.name for file in data.iterdir()) == ["hello", "sub"]


def test_a_file_that_is_written_again_and_again_does_not_use_the_quota_up(data: Path) -> None:
    with Console(console(), [Grant(data)], disk_bytes=100_000) as guest:
        for _ in range(10):
            fd = guest.open(b"hello", oflags=TRUNCATE, rights=FD_WRITE)
            assert guest.write(fd, bytes(60_000)) == 60_000
            assert guest.errno("fd_filestat_set_size", fd, 10_000) == 0
            guest.errno("fd_close", fd)
        assert (data / "hello").stat().st_size == 10_000


def test_shrinking_gives_back_no_more_than_was_spent(data: Path) -> None:
    (data / "hello").write_bytes(bytes(500_000))
    (data / "sparse").touch()
    with Console(console(), [Grant(data)], disk_bytes=100_000) as guest:
        guest.open(b"hello", oflags=TRUNCATE, rights=FD_WRITE)
        fd = guest.open(b"sparse", rights=FD_WRITE)
        assert guest.errno("fd_filestat_set_size", fd, 60_000) == 0
        assert guest.errno("fd_filestat_set_size", fd, 0) == 0
        assert guest.errno("fd_filestat_set_size", fd, 60_000) == errnos.NOSPC
        assert guest.errno("fd_filestat_set_size", fd, 40_000) == 0


def test_quota_counts_every_new_entry(data: Path) -> None:
    with Console(console(), [Grant(data)], disk_bytes=10 * 4096) as guest:
        made = [guest.path("path_create_directory", b"%d" % number) for number in range(12)]
    assert made == [0] * 10 + [errnos.NOSPC] * 2


def test_quota_is_of_the_worker_and_not_of_a_call(data: Path) -> None:
    with Console(console(), [Grant(data)], disk_bytes=10_000, fresh=True) as guest:
        ends = [guest.path("path_create_directory", b"%d" % number) for number in range(4)]
    assert ends == [0, 0, errnos.NOSPC, errnos.NOSPC]


def test_holes_count_when_they_are_filled(data: Path) -> None:
    with (data / "sparse").open("wb") as file:
        file.truncate(1 << 20)
    with Console(console(), [Grant(data)], disk_bytes=10_000) as guest:
        fd = guest.open(b"sparse", rights=FD_WRITE)
        assert guest.write(fd, bytes(20_000)) == 10_000
        assert guest.errno("fd_write", fd, piece(1), 1, Out(8), tail=b"x") == errnos.NOSPC


def test_a_file_beyond_what_the_kernel_allows_is_an_error_and_no_signal(data: Path) -> None:
    with (data / "huge").open("wb") as file:
        file.truncate(1 << 30)
    with Console(console(), [Grant(data)], disk_bytes=1 << 20) as guest:
        fd = guest.open(b"huge", rights=FD_WRITE, fdflags=1)
        assert guest.errno("fd_write", fd, piece(1), 1, Out(8), tail=b"x") == errnos.FBIG
        assert guest.try_open(b"hello")[0] == 0


def test_a_grant_to_read_lets_nothing_be_written(reader: Console, data: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in [data, *data.rglob("*")]}
    fd = reader.open(b"hello")
    assert reader.read(fd) == b"hello"
    assert reader.errno("fd_filestat_set_times", fd, 0, 1, 4) == errnos.ROFS
    assert reader.errno("fd_filestat_set_times", 3, 0, 1, 4) == errnos.ROFS
    assert reader.errno("fd_write", fd, piece(1), 1, Out(8), tail=b"x") == errnos.BADF
    assert reader.errno("fd_allocate", fd, 0, 99) == errnos.BADF
    assert reader.errno("fd_filestat_set_size", fd, 0) == errnos.BADF
    for options in (
        {"rights": FD_WRITE}, {"rights": READ_WRITE}, {"rights": 1 << 8}, {"rights": 1 << 22},
        {"oflags": TRUNCATE}, {"oflags": CREATE}, {"oflags": CREATE | EXCLUSIVE},
    ):  # fmt: skip
        assert reader.try_open(b"hello", **options)[0] == errnos.ROFS
        assert reader.try_open(b"new", **options)[0] == errnos.ROFS
    sub = reader.open(b"sub", oflags=DIRECTORY, rights=(1 << 30) - 1)
    assert reader.try_open(b"deep", fd=sub, rights=FD_WRITE)[0] == errnos.ROFS
    for fd in (3, sub):
        for name in ("path_create_directory", "path_remove_directory", "path_unlink_file"):
            assert reader.path(name, b"x", fd=fd) == errnos.ROFS
        assert reader.errno("path_filestat_set_times", fd, 0, b"x", 1, 0, 0, 8) == errnos.ROFS
        assert reader.errno("path_rename", fd, b"x", 1, fd, b"y", 1) == errnos.ROFS
        assert reader.errno("path_link", fd, 0, b"x", 1, fd, b"y", 1) == errnos.ROFS
        assert reader.errno("path_symlink", b"x", 1, fd, b"y", 1) == errnos.ROFS
    assert {file: file.stat().st_mtime_ns for file in [data, *data.rglob("*")]} == before


def test_a_grant_to_write_lets_nothing_be_read(writer: Console, data: Path) -> None:
    fd = writer.open(b"new", oflags=CREATE, rights=FD_WRITE)
    assert writer.write(fd, b"written") == 7
    assert (data / "new").read_bytes() == b"written"
    assert writer.errno("fd_read", fd, piece(1), 1, Out(8), tail=b"x") == errnos.BADF
    for rights in (FD_READ, READ_WRITE, 0):
        assert writer.try_open(b"hello", rights=rights)[0] == errnos.ACCES
    assert writer.errno("fd_readdir", 3, Out(64), 64, 0, Out(4)) == errnos.ACCES
    sub = writer.open(b"sub", oflags=DIRECTORY)
    assert writer.errno("fd_readdir", sub, Out(64), 64, 0, Out(4)) == errnos.ACCES
    assert writer.try_open(b"deep", fd=sub)[0] == errnos.ACCES
    (data / "link").symlink_to("hello")
    assert writer.path("path_readlink", b"link", Out(64), 64, Out(4)) == errnos.ACCES
    assert writer.path("path_create_directory", b"sub/more") == 0
    assert writer.path("path_unlink_file", b"hello") == 0


def test_what_may_not_be_read_is_not_moved_to_where_it_may(data: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    grants = [Grant(data, mode=WRITES), Grant(tmp_path / "open", "/open", BOTH)]
    with Console(console(), grants) as guest:
        assert guest.path("path_rename", b"hello", 4, b"hello", 5) == errnos.ACCES
        guest.open(b"mine", fd=4, oflags=CREATE, rights=FD_WRITE)
        assert guest.errno("path_rename", 4, b"mine", 4, 3, b"mine", 4) == 0
    assert sorted(file.name for file in data.iterdir()) == ["hello", "mine", "sub"]


def test_modes_do_not_leak_from_one_folder_to_another(data: Path, tmp_path: Path) -> None:
    grants = [Grant(data, mode=READS), Grant(data, "/again", WRITES)]
    with Console(console(), grants) as guest:
        assert guest.try_open(b"hello", rights=FD_WRITE)[0] == errnos.ROFS
        assert guest.try_open(b"hello", fd=4)[0] == errnos.ACCES
        assert guest.path("path_rename", b"hello", 4, b"x", 1) == errnos.ROFS
