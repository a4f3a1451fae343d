"""Awaiting what a thread does for a task of asyncio, which may be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def awaited(future: asyncio.Future[T], stop: Callable[[], object]) -> T:
    """Give what a thread's future gives; a cancelled task has it stopped, and waits for its end.

    anyio cancels a task at each of its waits until it is over: then nobody waits for that end, and
    it comes all the same.

    Args:
        future: set by the thread.
        stop: makes it end soon.
    """
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        future.add_done_callback(_note)
        stop()
        await asyncio.wait([future])
        raise


def _note(future: asyncio.Future[T]) -> None:
    """See how it ended; asyncio complains of errors that nobody has seen."""
    if not future.cancelled():
        future.exception()
