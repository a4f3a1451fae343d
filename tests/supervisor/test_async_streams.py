"""Streams read from asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from conftest import Load

import pocket


async def _chunks() -> AsyncIterator[bytes]:
    for chunk in (b"a", b"b", b"c"):
        await asyncio.sleep(0)
        yield chunk


async def _never(begun: asyncio.Event) -> AsyncIterator[bytes]:
    begun.set()
    await asyncio.Event().wait()
    yield b""


def test_both_sides_may_be_asynchronous(load: Load) -> None:
    plugin = load("stream_copy")

    async def read() -> tuple[bytes, pocket.Result]:
        async with plugin.astream("main", _chunks()) as stream:
            out = b"".join([chunk async for chunk in stream])
            return out, await stream.result()

    out, result = asyncio.run(read())
    assert out == b"abc"
    assert result.output == 3


def test_chunks_may_come_from_an_ordinary_iterable(load: Load) -> None:
    plugin = load("stream_count")

    async def read() -> pocket.Result:
        return await plugin.astream("main", [b"x"] * 5).result()

    assert asyncio.run(read()).output == 5


def test_the_loop_goes_on_meanwhile(load: Load) -> None:
    plugin = load("stream_spins", permissions={"cpu": "10s", "timeout": "500ms"})

    async def read() -> int:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        turning = asyncio.create_task(turn())
        with pytest.raises(pocket.CallTimeout):
            await plugin.astream("main", [b"x"]).result()
        turning.cancel()
        return turns

    assert asyncio.run(read()) > 5


@pytest.mark.parametrize("waits_for", ["the plugin", "the producer"])
def test_cancelling_the_task_ends_the_call(load: Load, waits_for: str) -> None:
    plugin = load("stream_spins", permissions={"cpu": "60s", "timeout": "60s"})

    async def read() -> None:
        begun = asyncio.Event()

        async def one() -> AsyncIterator[bytes]:
            begun.set()
            yield b"x"

        chunks = one() if waits_for == "the plugin" else _never(begun)
        task = asyncio.create_task(plugin.astream("main", chunks).result())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(read(), 10))
    assert plugin.pid is None


def test_an_error_of_an_asynchronous_producer_reaches_the_caller(load: Load) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"
        raise ZeroDivisionError

    plugin = load("stream_count")

    async def read() -> None:
        await plugin.astream("main", chunks()).result()

    with pytest.raises(ZeroDivisionError):
        asyncio.run(read())
