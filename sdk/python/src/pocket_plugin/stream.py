"""The streams of a node whose metadata says `"stream": True`: any number of bytes, in pieces.

    from pocket_plugin import PluginNode, stream

    class Errors(PluginNode):
        metadata = {"type": "errors", "stream": True}

        def exec(self, prepared):
            for line in stream.lines():
                if b"ERROR" in line:
                    stream.write(line)

The host sends a piece when it is asked for one, and a write waits until the reader has room.
"""

from pocket_plugin import _host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_BYTES = 65536
"""What is read at once: a fraction of the memory of a small plugin."""


def read(most: int = PIECE_BYTES) -> bytes:
    """Give the next bytes, at most so many; none at the end of the stream.

    Raises:
        RuntimeError: this call has no stream.
        ValueError: `most` is less than 1.
    """
    if most < 1:
        raise ValueError("a stream is read by one byte or more at once")
    piece = _host.read_stream(most)
    if piece is None:
        raise _none()
    return piece


def chunks() -> "Iterator[bytes]":
    """Go through what is left of the stream, in pieces of at most 64 KiB.

    Raises:
        RuntimeError: this call has no stream.
    """
    piece = read()
    while piece:
        yield piece
        piece = read()


def lines() -> "Iterator[bytes]":
    """Go through the lines that are left, each with its newline, which the last may lack.

    Raises:
        RuntimeError: this call has no stream.
    """
    rest = b""
    for piece in chunks():
        ended = (rest + piece).split(b"\n")
        rest = ended.pop()
        for line in ended:
            yield line + b"\n"
    if rest:
        yield rest


def write(data: "bytes | bytearray | memoryview") -> None:
    """Write all of it; small writes are put together by the host.

    Raises:
        RuntimeError: this call has no stream.
        TypeError: it is text; `text.encode()` is bytes.
    """
    if not _host.write_stream(data):
        raise _none()


def _none() -> RuntimeError:
    return RuntimeError('this call has no stream: does the node\'s metadata say "stream": True?')
