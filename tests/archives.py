"""Archives for tests, honest and bent."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

MANIFEST = b"""\
name: guest
version: 1.0.0
nodes:
  - type: main
"""


def tar_of(*members: tuple[str, bytes, Mapping[str, Any]]) -> bytes:
    """Make a tar of members with a name, content, and fields of `TarInfo`."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data, fields in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            for field, value in fields.items():
                setattr(member, field, value)
            tar.addfile(member, io.BytesIO(data))
    return raw.getvalue()


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Make a .tar.gz of ordinary files."""
    return gzip.compress(tar_of(*((name, data, {}) for name, data in files.items())), mtime=0)


def header_chain(kind: bytes, count: int) -> bytes:
    """Make a tar of one file with `count` headers that each continue the one before."""
    payload = b"aaa\0" if kind in b"LK" else b"11 path=ab\n"
    header = tarfile.TarInfo("header")
    header.type, header.size = kind, len(payload)
    block = header.tobuf(tarfile.USTAR_FORMAT) + payload.ljust(512, b"\0")
    return block * count + tar_of(("a", b"x", {}))
