"""Streams: a native program in the worker's place, and guests, that do not keep to the turns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

import pocket
from abuse.conftest import TakeOver
from abuse.siege import Siege

_BLOCK = bytes(1 << 20)

SCENARIOS = {
    "a chunk of nothing": ("chunk_of_nothing", (pocket.ProtocolViolation,)),
    "a chunk that is a byte too large": ("chunk_too_large", (pocket.ProtocolViolation,)),
    "a chunk of 64 MB": ("chunk_of_64_mb", (pocket.ProtocolViolation,)),
    "a chunk of another call": ("chunk_of_another", (pocket.ProtocolViolation,)),
    "chunks without end": ("chunks_without_end", (pocket.CallTimeout,)),
    "asking for two chunks at once": ("asks_twice", (pocket.ProtocolViolation,)),
    "asking on after the end": ("asks_for_ever", (pocket.ProtocolViolation,)),
    # Whichever comes first: bytes while the chunk is written, or right after it.
    "asking for a chunk, and writing meanwhile": (
        "asks_and_writes",
        (pocket.ProtocolViolation, pocket.CallTimeout),
    ),
    "asking for a chunk that it does not read": ("asks_and_does_not_read", (pocket.CallTimeout,)),
    "death in the middle of a chunk": ("dies_mid_chunk", (pocket.PluginCrashed,)),
    "silence in a stream": ("silent", (pocket.CallTimeout,)),
    "log lines without end in a stream": ("log_flood", (pocket.ProtocolViolation,)),
}


def _blocks(count: int) -> Iterator[bytes]:
    return itertools.repeat(_BLOCK, count)


@pytest.mark.parametrize(("scenario", "errors"), SCENARIOS.values(), ids=SCENARIOS)
def test_streams(
    siege: Siege,
    take_over: TakeOver,
    scenario: str,
    errors: tuple[type[pocket.PocketError], ...],
) -> None:
    plugin = take_over(scenario, "stream_copy")
    siege.fails(lambda: plugin.stream("main", _blocks(4)).result(), *errors)
    assert plugin.pid is None


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("stream_read_unasked", id="asking for a chunk in an ordinary call"),
        pytest.param("stream_write_unasked", id="a chunk in an ordinary call"),
    ],
)
def test_a_call_without_streams(siege: Siege, take_over: TakeOver, scenario: str) -> None:
    plugin = take_over(scenario)
    siege.fails(lambda: plugin.call("main", None), pocket.ProtocolViolation)


def test_a_guest_that_writes_without_end(siege: Siege) -> None:
    plugin = siege.load("stream_flood")
    stream = plugin.stream("main", _blocks(1_000_000))
    siege.fails(stream.result, pocket.CpuLimitExceeded, pocket.CallTimeout)


def test_a_guest_that_computes_without_end_in_a_stream(siege: Siege) -> None:
    plugin = siege.load("stream_spins")
    siege.fails(plugin.stream("main", _blocks(4)).result, pocket.CpuLimitExceeded)


def test_a_guest_with_pointers_outside_its_memory(siege: Siege) -> None:
    plugin = siege.load("stream_from_outside")
    siege.answers(lambda: plugin.stream("main", _blocks(1)).result().output, [1, 1])


def test_a_stream_that_nobody_reads_to_its_end(siege: Siege) -> None:
    plugin = siege.load("stream_flood")

    def attack() -> int:
        for _ in range(20):
            next(plugin.stream("main", _blocks(1)))
        return 20

    siege.answers(attack, 20)
