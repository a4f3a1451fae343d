"""A service's own code, which `mypy --strict` has to find nothing in; nobody runs it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

import pocket
import pocket.metrics


def calls(host: pocket.Host, numbers: list[int], named: dict[str, list[int]]) -> None:
    plugin = host.load("statistics", replicas=2)
    assert_type(plugin.call("statistics", {"numbers": numbers}), pocket.Result)
    assert_type(plugin.prepare("statistics")(named), pocket.Result)
    for result in plugin.map("statistics", [named, named], return_errors=True):
        assert_type(result.error, pocket.PocketError | None)
        assert_type(result.usage.wall_us, int)
    assert_type(host.reload("statistics"), pocket.Plugin)
    status = plugin.status()
    if status.calls is not None:
        assert_type(status.calls.outcomes["ok"], int)
    pocket.metrics.collector(host)


def streams(plugin: pocket.Plugin) -> None:
    with open("lines", "rb") as file, plugin.stream("filter", file) as stream:
        for chunk in stream:
            assert_type(chunk, bytes)
        assert_type(stream.result().next, str)


async def from_asyncio(plugin: pocket.Plugin, numbers: list[int]) -> None:
    assert_type(await plugin.acall("statistics", {"numbers": numbers}, timeout_s=1), pocket.Result)
    async with plugin.astream("filter", _chunks()) as stream:
        async for chunk in stream:
            assert_type(chunk, bytes)


async def _chunks() -> AsyncIterator[bytes]:
    yield b"chunk"


def status_of(error: pocket.PocketError) -> int:
    return 422 if error.fault is pocket.Fault.CALLER else 502
