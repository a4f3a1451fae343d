"""Dividing many inputs into portions that are sent ahead of their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from pocket.document import ToJSON
from pocket.errors import InvalidInput
from pocket.supervisor.limits import (
    CHUNK_BYTES,
    CHUNK_REQUESTS,
    PORTION_BYTES,
    PORTION_MS,
    PORTION_REQUESTS,
)
from pocket.supervisor.request import Request

Portion: TypeAlias = list[bytes] | InvalidInput
"""Requests that one worker answers, or the error of an input that cannot be sent."""


class Pace:
    """How many requests a portion may have.

    Args:
        most: never more than this.
    """

    def __init__(self, most: int = PORTION_REQUESTS) -> None:
        self._most = most
        self.requests = most

    def follow(self, calls: int, wall_us: int) -> None:
        """Have portions take about `PORTION_MS`, as `calls` took `wall_us` together.

        Where workers share a batch, the one with the last portion must not leave the others
        waiting for long.
        """
        if calls:
            self.requests = max(1, min(self._most, calls * PORTION_MS * 1000 // max(1, wall_us)))


def portions(request: Request, inputs: Iterable[ToJSON], pace: Pace) -> Iterator[Portion]:
    """Encode inputs: one first, so that the first result comes soon, then twice as many each time.

    An input that cannot be sent stands alone, as its error.
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
        if len(portion) >= min(most, pace.requests) or size > PORTION_BYTES:
            yield portion
            most, size, portion = min(most * 2, pace.requests), 0, []
    if portion:
        yield portion


def chunk_at(payloads: Sequence[bytes], begin: int) -> Sequence[bytes]:
    """Give the requests from `begin` on that are sent at once, at least one."""
    end, size = begin, 0
    for payload in payloads[begin : begin + CHUNK_REQUESTS]:
        size += len(payload)
        if size > CHUNK_BYTES and end > begin:
            break
        end += 1
    return payloads[begin:end]
