"""Runs a program on a kernel that seems to lack one system call: `hobble.py NUMBER PROGRAM ...`."""

import ctypes
import os
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
SECCOMP_MODE_FILTER = 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF_0000, 0x0005_0000
ENOSYS = 38


def program(number: int) -> bytes:
    """Give the BPF that answers one call with ENOSYS and lets the others pass."""
    steps = [
        (LOAD, 0, 0, 0),
        (EQUAL, 0, 1, number),
        (RETURN, 0, 0, ERRNO | ENOSYS),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def main() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program(int(sys.argv[1])))
    filter_ = struct.pack("HxxxxxxP", 4, ctypes.addressof(code))
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_, 0, 0) == 0
    os.execv(sys.argv[2], sys.argv[2:])


main()
