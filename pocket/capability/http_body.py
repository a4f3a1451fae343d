"""The body of a response, unpacked and counted piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from pocket.capability.refusal import Refusal
from pocket.units import format_bytes

MAX_PIECES: Final = 100_000
"""10 MB in pieces of 100 bytes; smaller ones cost the host more time than they are worth."""

_UNPACKED_AT_ONCE: Final = 64 << 10
_GZIP: Final = 16 + zlib.MAX_WBITS


def read_body(pieces: Iterable[bytes], *, gzipped: bool, max_bytes: int) -> bytes:
    """Give the whole body.

    Raises:
        Refusal: it is larger than `max_bytes` once unpacked, or is not what it says.
    """
    body = bytearray()
    counted = _counted(pieces)
    for piece in _unzipped(counted) if gzipped else counted:
        body += piece
        if len(body) > max_bytes:
            raise Refusal("too-large", f"the body is larger than {format_bytes(max_bytes)}")
    return bytes(body)


def _counted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for count, piece in enumerate(pieces):
        if count == MAX_PIECES:
            raise Refusal("too-large", f"the body comes in more than {MAX_PIECES} pieces")
        yield piece


def _unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip, one member after another, never much more than asked for at once."""
    member = None
    try:
        for piece in pieces:
            rest = piece
            while rest:
                member = member or zlib.decompressobj(_GZIP)
                yield member.decompress(rest, _UNPACKED_AT_ONCE)
                rest = member.unconsumed_tail or member.unused_data
                member = None if member.eof else member
    except zlib.error:
        raise Refusal("unavailable", "the body is not the gzip that it says to be") from None
    if member is not None:
        raise Refusal("unavailable", "the body ends in the middle")
