"""Reading a .tar.gz that somebody wrote who is not trusted: everything in memory, within caps.

Nothing is ever extracted; what tar can do to a file system (links, devices, `..`) is refused by
name, as in https://peps.python.org/pep-0706/.
"""

from __future__ import annotations

import io
import tarfile
import unicodedata
import zlib
from typing import Final, Self

from pocket.errors import InvalidPackage
from pocket.units import format_bytes

MAX_ARCHIVE_BYTES: Final = 64 << 20
"""Packed; the largest known plugins (Python) pack to 4 MB."""
MAX_CONTENT_BYTES: Final = 256 << 20
"""Unpacked: four times the packed cap, so a bomb is refused long before it fills memory."""
MAX_MEMBERS: Final = 1000
"""Entries; a package is two files, and what its author left beside them."""
MAX_NAME: Final = 255
"""Characters of an entry's path: what a Linux file system takes for one name."""

MAX_HEADER_SQUARES: Final = 10_000**2
"""Of the bytes of each extended header, added up: `tarfile` takes time and memory of that order. A
thousand files with 300 bytes each are below it."""

HOW_TO_PACK: Final = "make it with `tar -czf NAME.tar.gz manifest.yaml dist/plugin.wasm`"

_CHUNK: Final = 1 << 16
_EXTENDED: Final = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE})


def read_archive(data: bytes, path: str) -> dict[str, bytes]:
    """Give the files of a .tar.gz by name.

    Args:
        data: the archive.
        path: names it in errors.

    Raises:
        InvalidPackage: not a gzipped tar, or anything in it that a plugin has no use for.
    """
    if len(data) > MAX_ARCHIVE_BYTES:
        raise InvalidPackage(f"{path}: larger than {format_bytes(MAX_ARCHIVE_BYTES)}")
    unpacked = _gunzip(data, path)
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=unpacked, mode="r:", errorlevel=2, tarinfo=_bounded(path)) as tar:
            for count, member in enumerate(tar, start=1):
                if count > MAX_MEMBERS:
                    raise InvalidPackage(f"{path}: more than {MAX_MEMBERS} files")
                _take(tar, member, files, names, path)
    except RecursionError:
        # tarfile takes a header that continues another by a call within the call.
        raise InvalidPackage(f"{path}: one file has hundreds of headers") from None
    except (tarfile.TarError, ValueError, OverflowError, EOFError, OSError) as error:
        raise InvalidPackage(f"{path}: not a tar archive: {error}", hint=HOW_TO_PACK) from None
    _nothing_follows(unpacked, tar.offset, path)
    return files


def _bounded(path: str) -> type[tarfile.TarInfo]:
    """Make the class of an archive's headers, which refuses extended ones before they are read."""
    left = MAX_HEADER_SQUARES

    class Header(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
            nonlocal left
            header = super().frombuf(buf, encoding, errors)
            if header.type in _EXTENDED:
                left -= header.size**2
            if left < 0:
                raise InvalidPackage(f"{path}: extended headers are too large", hint=HOW_TO_PACK)
            return header

    return Header


def _nothing_follows(unpacked: io.BytesIO, end: int, path: str) -> None:
    """Refuse what tarfile leaves unread: it takes a damaged header for the end of the archive."""
    unpacked.seek(end)
    while block := unpacked.read(_CHUNK):
        if block.strip(b"\0"):
            raise InvalidPackage(f"{path}: damaged after byte {end} of the tar", hint=HOW_TO_PACK)


def _gunzip(data: bytes, path: str) -> io.BytesIO:
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    unpacked = io.BytesIO()
    rest = memoryview(data)
    try:
        while rest and not stream.eof:
            piece, rest = rest[:_CHUNK], rest[_CHUNK:]
            _unpack(stream, piece, unpacked, path)
    except zlib.error as error:
        reason = str(error).rpartition(": ")[2]
        raise InvalidPackage(f"{path}: not gzip: {reason}", hint=HOW_TO_PACK) from None
    if not stream.eof:
        raise InvalidPackage(f"{path}: the archive is cut off", hint="download it again")
    if stream.unused_data or rest:
        # Another program may read on where this one stops, and see another plugin.
        raise InvalidPackage(f"{path}: something follows the end of the archive", hint=HOW_TO_PACK)
    unpacked.seek(0)
    return unpacked


def _unpack(stream: zlib._Decompress, piece: memoryview, to: io.BytesIO, path: str) -> None:
    """Decompress one piece, a chunk of output at a time: a piece may unpack to a thousand."""
    waiting: bytes | memoryview = piece
    while waiting and not stream.eof:
        to.write(stream.decompress(waiting, _CHUNK))
        waiting = stream.unconsumed_tail
        if to.tell() > MAX_CONTENT_BYTES:
            limit = format_bytes(MAX_CONTENT_BYTES)
            raise InvalidPackage(f"{path}: unpacks to more than {limit}")


def _take(
    tar: tarfile.TarFile,
    member: tarfile.TarInfo,
    files: dict[str, bytes],
    names: dict[str, str],
    path: str,
) -> None:
    """Put a file among `files`; `names` has theirs by what a file system may take them for."""
    name = member.name.removeprefix("./").rstrip("/")
    if member.isdir() and name in {"", "."}:
        return
    problem = _name_problem(name) or _kind_problem(member)
    if problem:
        raise InvalidPackage(f"{path}: {member.name!r:.300} {problem}")
    if member.isdir():
        return
    twin = names.setdefault(_folded(name), name)
    if name in files or twin != name:
        same = "is in it twice" if twin == name else f"and {twin!r} differ only in their case"
        raise InvalidPackage(f"{path}: {name!r} {same}")
    content = tar.extractfile(member)
    data = content.read() if content is not None else b""
    if len(data) != member.size:
        raise InvalidPackage(f"{path}: {name!r} is cut off")
    files[name] = data


def _folded(name: str) -> str:
    """Give what a file system may take the name for."""
    return unicodedata.normalize("NFC", name).casefold()


def _name_problem(name: str) -> str | None:
    if not name.isprintable() or "\\" in name:
        return "has a character that no file name needs"
    if len(name) > MAX_NAME:
        return f"is a name of more than {MAX_NAME} characters"
    if name.startswith("/") or any(part in {"", ".", ".."} for part in name.split("/")):
        return "points out of the package"
    return None


def _kind_problem(member: tarfile.TarInfo) -> str | None:
    if member.islnk() or member.issym():
        return "is a link; put the file itself into the package"
    if member.issparse():
        return "is a sparse file; pack it without --sparse"
    if not member.isfile() and not member.isdir():
        return "is no ordinary file"
    return None
