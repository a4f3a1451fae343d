"""A guest that calls any one function of preview 1 with the arguments of a test."""

from __future__ import annotations

import struct
from functools import cache
from typing import NamedTuple

import wasmtime

from wasi.driver import Guest

W, L = "i32", "i64"

SIGNATURES = {
    "args_get": [W, W],
    "args_sizes_get": [W, W],
    "clock_res_get": [W, W],
    "clock_time_get": [W, L, W],
    "environ_get": [W, W],
    "environ_sizes_get": [W, W],
    "fd_advise": [W, L, L, W],
    "fd_allocate": [W, L, L],
    "fd_close": [W],
    "fd_datasync": [W],
    "fd_fdstat_get": [W, W],
    "fd_fdstat_set_flags": [W, W],
    "fd_fdstat_set_rights": [W, L, L],
    "fd_filestat_get": [W, W],
    "fd_filestat_set_size": [W, L],
    "fd_filestat_set_times": [W, L, L, W],
    "fd_pread": [W, W, W, L, W],
    "fd_prestat_dir_name": [W, W, W],
    "fd_prestat_get": [W, W],
    "fd_pwrite": [W, W, W, L, W],
    "fd_read": [W, W, W, W],
    "fd_readdir": [W, W, W, L, W],
    "fd_renumber": [W, W],
    "fd_seek": [W, L, W, W],
    "fd_sync": [W],
    "fd_tell": [W, W],
    "fd_write": [W, W, W, W],
    "path_create_directory": [W, W, W],
    "path_filestat_get": [W, W, W, W, W],
    "path_filestat_set_times": [W, W, W, W, L, L, W],
    "path_link": [W, W, W, W, W, W, W],
    "path_open": [W, W, W, W, W, L, L, W, W],
    "path_readlink": [W, W, W, W, W, W],
    "path_remove_directory": [W, W, W],
    "path_rename": [W, W, W, W, W, W],
    "path_symlink": [W, W, W, W, W],
    "path_unlink_file": [W, W, W],
    "poll_oneoff": [W, W, W, W],
    "proc_raise": [W],
    "random_get": [W, W],
    "sched_yield": [],
    "sock_accept": [W, W, W],
    "sock_recv": [W, W, W, W, W, W],
    "sock_send": [W, W, W, W, W],
    "sock_shutdown": [W, W],
}
"""All of preview 1 but proc_exit, which does not return."""

NAMES = list(SIGNATURES)

ROOM = 0x10000
"""Where a request lies: function number, nine arguments, then what they point to."""
DATA = ROOM + 80
MEMORY_BYTES = 4 << 16

FD_READ, FD_WRITE, FD_READDIR = 1 << 1, 1 << 6, 1 << 14
ANY_RIGHTS = (1 << 30) - 1


@cache
def console() -> bytes:
    """Build the module."""
    imports, arms = [], []
    for number, (name, types) in enumerate(SIGNATURES.items()):
        params = f"(param {' '.join(types)})" if types else ""
        imports.append(
            f'(import "wasi_snapshot_preview1" "{name}" (func ${name} {params} (result i32)))'
        )
        arguments = " ".join(
            f"({kind}.load (i32.const {ROOM + 8 + 8 * index}))" for index, kind in enumerate(types)
        )
        arms.append(
            f"(if (i32.eq (i32.load (i32.const {ROOM})) (i32.const {number}))"
            f" (then (i32.store (i32.const {ROOM}) (call ${name} {arguments})) (return (local.get $answer))))"
        )
    return bytes(
        wasmtime.wat2wasm(
            f"""(module {" ".join(imports)}
            (memory (export "memory") {MEMORY_BYTES >> 16})
            (func (export "__pocket_resume"))
            (func (export "__pocket_alloc") (param i32) (result i32) (i32.const {ROOM}))
            (func (export "__pocket_call") (param $ptr i32) (param $len i32) (result i64)
              (local $answer i64)
              (local.set $answer (i64.or (i64.shl (i64.extend_i32_u (local.get $ptr)) (i64.const 32))
                (i64.extend_i32_u (local.get $len))))
              {" ".join(arms)} unreachable))"""
        )
    )


class Out(NamedTuple):
    """An argument that points to room for an answer."""

    size: int


class Answer(NamedTuple):
    """The errno of a call, and what is in the room of each `Out` and behind each `bytes`."""

    errno: int
    outs: list[bytes]


def piece(size: int) -> bytes:
    """List one buffer, `size` bytes long: the tail, where one result of 8 bytes is before it."""
    return struct.pack("<II", DATA + 16, size)


class Console(Guest):
    """Calls functions one by one; descriptors stay open in between unless the state is fresh."""

    def ask(self, name: str, *arguments: int | bytes | Out, tail: bytes = b"") -> Answer:
        """Call a function; of bytes and of room it gets the address. `tail` lies behind both."""
        words, data, places = [], bytearray(), []
        for argument in arguments:
            if isinstance(argument, int):
                words.append(argument)
                continue
            blob = bytes(argument.size) if isinstance(argument, Out) else argument
            words.append(DATA + len(data))
            places.append((len(data), len(blob), isinstance(argument, Out)))
            data += blob + bytes(-len(blob) % 8)
        places.append((len(data), len(tail), True))
        data += tail
        head = struct.pack("<q", NAMES.index(name)) + b"".join(
            struct.pack("<Q", word & 0xFFFF_FFFF_FFFF_FFFF) for word in words
        )
        answer = self.call(head.ljust(80, b"\0") + bytes(data))
        back = answer[80:]
        outs = [back[at : at + size] for at, size, out in places if out]
        return Answer(int.from_bytes(answer[:4], "little"), outs)

    def number(self, name: str, *arguments: int | bytes | Out, tail: bytes = b"") -> int:
        """Call a function that has to succeed and give its first result."""
        answer = self.ask(name, *arguments, tail=tail)
        assert answer.errno == 0, f"{name}: errno {answer.errno}"
        return int.from_bytes(answer.outs[0], "little")

    def errno(self, name: str, *arguments: int | bytes | Out, tail: bytes = b"") -> int:
        """Call a function and give only how it ended."""
        return self.ask(name, *arguments, tail=tail).errno

    def path(self, name: str, path: bytes, *rest: int | bytes | Out, fd: int = 3) -> int:
        """Call a function whose first arguments are a folder and a path; give its errno."""
        return self.errno(name, fd, path, len(path), *rest)

    def try_open(
        self,
        path: bytes,
        *,
        fd: int = 3,
        rights: int = FD_READ,
        oflags: int = 0,
        fdflags: int = 0,
        follow: bool = True,
    ) -> tuple[int, int]:
        """Open a file; give the errno and the descriptor."""
        answer = self.ask(
            "path_open",
            fd,
            int(follow),
            path,
            len(path),
            oflags,
            rights,
            ANY_RIGHTS,
            fdflags,
            Out(4),
        )
        return answer.errno, int.from_bytes(answer.outs[0], "little")

    def open(self, path: bytes, **options: int) -> int:
        """Open a file that has to open."""
        errno, fd = self.try_open(path, **options)
        assert errno == 0, f"{path!r}: errno {errno}"
        return fd

    def read(self, fd: int, size: int = 1024) -> bytes:
        """Read from a file, at most `size` bytes."""
        answer = self.ask("fd_read", fd, piece(size), 1, Out(8), tail=bytes(size))
        assert answer.errno == 0, f"errno {answer.errno}"
        return answer.outs[1][: int.from_bytes(answer.outs[0], "little")]

    def write(self, fd: int, data: bytes) -> int:
        """Write to a file; give how many bytes it took."""
        return self.number("fd_write", fd, piece(len(data)), 1, Out(8), tail=data)

    def list(self, fd: int, size: int = 4096, cookie: int = 0) -> list[tuple[int, bytes, int]]:
        """List a folder: cookie of the next entry, name and type of each."""
        buffer, used = self.ask("fd_readdir", fd, Out(size), size, cookie, Out(4)).outs[:2]
        left, entries = buffer[: int.from_bytes(used, "little")], []
        while len(left) >= 24:
            following, _, length, kind = struct.unpack_from("<QQIB", left)
            if len(left) < 24 + length:
                break
            entries.append((following, left[24 : 24 + length], kind))
            left = left[24 + length :]
        return entries
