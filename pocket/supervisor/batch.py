"""Dividing many inputs into portions that are sent ahead of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pocket.document import JSON
from pocket.errors import InvalidInput
from pocket.supervisor.limits import PORTION_BYTES
from pocket.supervisor.request import Request


def portions(
    request: Request, inputs: Iterable[JSON], largest: int
) -> Iterator[list[bytes] | InvalidInput]:
    """Encode inputs: one first, so that the first result comes soon, then twice as many each time.

    A portion has at most `largest` requests. An input that cannot be sent stands alone, as its
    error.
    """
    most, size, portion = 1, 0, list[bytes]()
    for value in inputs:
        try:
            payload = request.encode(value)
        except InvalidInput as error:
            if portion:
                yield portion
            yield error
            size, portion = 0, []
            continue
        if portion and size + len(payload) > PORTION_BYTES:
            yield portion
            size, portion = 0, []
        portion.append(payload)
        size += len(payload)
        if len(portion) >= most or size > PORTION_BYTES:
            yield portion
            most, size, portion = min(most * 2, largest), 0, []
    if portion:
        yield portion
