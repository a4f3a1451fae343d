"""JSON that a stranger wrote, read in bounded time.

A plugin may answer 64 MB. As one text that is read in a blink; as 20 million empty lists it takes
6 s of CPU and 2 GB, with the interpreter's lock held, so that no deadline of any thread counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

if TYPE_CHECKING:
    from pocket.document import JSON

MAX_PARTS: Final = 2_000_000
"""Lists, objects and keys of one document, which take up to 0.5 us each to read."""


class TooManyParts(ValueError):
    """There is too much in a document to take it apart."""


def loads(data: bytes) -> JSON:
    """Read a document.

    Raises:
        TooManyParts: it has over `MAX_PARTS`.
        ValueError: not JSON.
    """
    value: JSON
    if len(data) < MAX_PARTS:
        value = orjson.loads(data)
        return value
    from pocket._wire import loads as read

    try:
        value = read(data, MAX_PARTS)
    except OverflowError:
        raise TooManyParts(f"more than {MAX_PARTS} lists, objects and keys") from None
    return value
