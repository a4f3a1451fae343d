"""Guest code: whatever a module does, from its first instruction to its last answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import orjson
import pytest
from guests.build import guest, saying, source_section

import pocket
from abuse.siege import QUICK, Siege
from pocket.capability.broker import Broker
from pocket.document import JSON
from pocket.supervisor import limits
from pocket.supervisor.surroundings import Grants

IN_A_CALL = {
    "an endless loop in a call": ("loop", pocket.CpuLimitExceeded),
    "a look at the clock for an hour": ("busy_wait", pocket.CpuLimitExceeded),
    "a memory.grow bomb": ("memory_grow", pocket.MemoryLimitExceeded),
    "a memory.grow bomb that touches every byte": ("memory_fill", pocket.MemoryLimitExceeded),
    "a table.grow bomb": ("table_grow", pocket.PluginCrashed),
    "recursion without end": ("recurse", pocket.PluginCrashed),
    "a trap": ("trap", pocket.PluginCrashed),
    "an exit": ("exit", pocket.PluginCrashed),
    "a fill of 64 KiB in a loop": ("fill_for_ever", pocket.CpuLimitExceeded),
    "a copy of 8 MB over itself in a loop": ("copy_for_ever", pocket.CpuLimitExceeded),
    "a fill of 4 GiB": ("fill_4g", pocket.PluginCrashed),
    "a copy of 4 GiB": ("copy_4g", pocket.PluginCrashed),
    "an answer outside the memory": ("bad_pointer", pocket.InvalidOutput),
    "an end of the call with an answer outside the memory": (
        "end_call_outside",
        pocket.InvalidOutput,
    ),
    "an answer that ends outside the memory": ("long_len", pocket.InvalidOutput),
    "an answer that wraps around": ("wrapping_pointer", pocket.InvalidOutput),
    "an answer that overlaps the request": ("overlap", pocket.InvalidOutput),
    "an answer of length -1": ("negative_len", pocket.OutputTooLarge),
    "an answer of no bytes": ("empty_answer", pocket.InvalidOutput),
    "an answer 100,000 lists deep": ("deep_json", pocket.InvalidOutput),
    "an answer that is not UTF-8": ("not_utf8", pocket.InvalidOutput),
    "an answer of NaN": ("nan_json", pocket.InvalidOutput),
}


@pytest.mark.parametrize(("name", "error"), IN_A_CALL.values(), ids=IN_A_CALL)
def test_in_a_call(siege: Siege, name: str, error: type[pocket.PocketError]) -> None:
    plugin = siege.load(name)
    siege.fails(lambda: plugin.call("main", None), error)


def test_poll_oneoff_for_a_year(siege: Siege) -> None:
    plugin = siege.load("poll_for_a_year")
    siege.fails(lambda: plugin.call("main", None), pocket.CallTimeout, pocket.CpuLimitExceeded)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("loop_in_free", id="an endless loop in __pocket_free"),
        pytest.param("loop_in_resume", id="an endless loop in __pocket_resume"),
    ],
)
def test_after_the_answer(siege: Siege, name: str) -> None:
    def attack() -> None:
        plugin = siege.load(name, state="kept" if name == "loop_in_free" else "fresh")
        plugin.call("main", None)  # answered; what comes after it is not seen by its caller
        plugin.call("main", None)

    siege.fails(attack, pocket.CpuLimitExceeded, pocket.CallTimeout)


AT_THE_START = {
    "an endless loop in start": (guest("loop_in_start"), pocket.CpuLimitExceeded),
    "an endless loop in _initialize": (guest("loop_in_initialize"), pocket.CpuLimitExceeded),
    "an endless loop in __pocket_init": (
        guest("loop_in_init") + source_section(b"x"),
        pocket.CpuLimitExceeded,
    ),
    "an endless loop in __pocket_alloc": (guest("loop_in_alloc"), pocket.CpuLimitExceeded),
    "an end of the call before it began": (guest("end_call_in_alloc"), pocket.PluginCrashed),
    "an endless loop in metadata": (guest("loop_in_metadata"), pocket.CpuLimitExceeded),
    "a trap in start": (guest("trap_in_start"), pocket.PluginCrashed),
    "an exit in _initialize": (guest("exit_in_initialize"), pocket.PluginCrashed),
    "a request placed far outside the memory": (guest("bad_alloc"), pocket.InvalidOutput),
    "a request placed at the end of the memory": (guest("alloc_at_end"), pocket.InvalidOutput),
    "a request placed where it wraps around": (guest("alloc_wraps"), pocket.InvalidOutput),
    "a memory of 60,000 pages": (guest("big_memory"), pocket.MemoryLimitExceeded),
    "a memory of 65,536 pages": (guest("most_memory"), pocket.MemoryLimitExceeded),
    "many memories": (guest("many_memories"), pocket.InvalidModule),
    "memory64": (guest("memory64"), pocket.InvalidModule),
    "shared memory": (guest("shared_memory"), pocket.InvalidModule),
    "a memory of the host's": (guest("imported_memory"), pocket.InvalidModule),
    "a table of 200,000,000": (guest("big_table"), pocket.InvalidModule),
    "a table of 2^32-1": (guest("most_table"), pocket.InvalidModule),
    "an import that nobody has": (guest("unknown_import"), pocket.InvalidModule),
    "a name that is Pocket's own": (guest("reserved_export"), pocket.InvalidModule),
}


@pytest.mark.parametrize(("wasm", "error"), AT_THE_START.values(), ids=AT_THE_START)
def test_at_the_start(siege: Siege, wasm: bytes, error: type[pocket.PocketError]) -> None:
    siege.fails(lambda: siege.load(wasm), error, within_s=15)


@pytest.fixture(autouse=True)
def short_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a start that computes for ever from costing the test run two seconds each time."""
    monkeypatch.setattr("pocket.supervisor.limits.START_CPU_MS", 500)


ROOMY = {"memory": "200MB", "cpu": "5s", "timeout": "8s"}


def test_an_answer_over_the_cap(siege: Siege) -> None:
    plugin = siege.load("huge_output", permissions=ROOMY)
    siege.fails(lambda: plugin.call("main", None), pocket.OutputTooLarge)


def test_an_answer_of_60_mb_of_empty_lists(siege: Siege) -> None:
    plugin = siege.load("lists", permissions=ROOMY)
    siege.fails(lambda: plugin.call("main", None), pocket.OutputTooLarge, pocket.InvalidOutput)


_EXTREMES = [2**63 - 1, -(2**63), 2**64 - 1, 1.7976931348623157e308, 5e-324]

ODD_ANSWERS: dict[str, tuple[bytes, object]] = {
    "64-bit extremes answered": (orjson.dumps(_EXTREMES), _EXTREMES),
    "an integer of 2^64 answered": (b"18446744073709551616", 2.0**64),
    "duplicate keys answered": (b'{"a":1,"a":2}', {"a": 2}),
    "1,000 lists deep answered": (b"[" * 1000 + b"]" * 1000, None),
    "__proto__ and __class__ answered": (b'{"__class__":1}', {"__class__": 1}),
}


@pytest.mark.parametrize(("said", "wanted"), ODD_ANSWERS.values(), ids=ODD_ANSWERS)
def test_an_odd_answer(siege: Siege, said: bytes, wanted: object) -> None:
    plugin = siege.load(saying(b'{"success":true,"output":' + said + b"}"))
    if wanted is None:
        siege.answers(lambda: _depth(plugin.call("main", None).output), 1000)
    else:
        siege.answers(lambda: plugin.call("main", None).output, wanted)


def _depth(value: JSON) -> int:
    depth = 0
    while isinstance(value, list):
        value, depth = (value[0] if value else None), depth + 1
    return depth


def test_minus_zero_answered(siege: Siege) -> None:
    plugin = siege.load(saying(b'{"success":true,"output":-0.0}'))
    siege.answers(lambda: math.copysign(1, float(str(plugin.call("main", None).output))), -1.0)


BAD_ANSWERS = {
    "2,000 lists deep answered": b"[" * 2000 + b"]" * 2000,
    "infinity answered": b"Infinity",
    "half a surrogate pair answered": rb'"\ud800"',
    "a number of 100,000 digits answered": b"1" * 100_000 + b".",
}


@pytest.mark.parametrize("said", BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_answer(siege: Siege, said: bytes) -> None:
    plugin = siege.load(saying(b'{"success":true,"output":' + said + b"}"))
    siege.fails(lambda: plugin.call("main", None), pocket.InvalidOutput)


def _nested(depth: int) -> JSON:
    value: JSON = None
    for _ in range(depth):
        value = [value]
    return value


ODD_INPUTS: dict[str, tuple[JSON, JSON]] = {
    "NaN and the infinities as input": ([math.nan, math.inf, -math.inf], [None, None, None]),
    "64-bit extremes as input": (
        [2**63 - 1, -(2**63), 2**64 - 1],
        [2**63 - 1, -(2**63), 2**64 - 1],
    ),
    "text with NUL as input": ("a\0b\u2028", "a\0b\u2028"),
}


@pytest.mark.parametrize(("value", "wanted"), ODD_INPUTS.values(), ids=ODD_INPUTS)
def test_an_odd_input(siege: Siege, value: JSON, wanted: JSON) -> None:
    plugin = siege.load("echo")

    def attack() -> JSON:
        output = plugin.call("main", value).output
        assert isinstance(output, dict)
        return output["input"]

    siege.answers(attack, wanted)


BAD_INPUTS: dict[str, Callable[[], JSON]] = {
    "2,000 lists deep as input": lambda: _nested(2000),
    "an integer of 2^64 as input": lambda: 2**64,
    "half a surrogate pair as input": lambda: "\ud800",
    "70 MB as input": lambda: "x" * (70 << 20),
}


@pytest.mark.parametrize("value", BAD_INPUTS.values(), ids=BAD_INPUTS)
def test_a_bad_input(siege: Siege, value: Callable[[], JSON]) -> None:
    plugin = siege.load("echo")
    siege.fails(lambda: plugin.call("main", value()), pocket.InvalidInput)


@pytest.mark.parametrize(
    "name", ["log_flood", "stderr_flood"], ids=["a flood of logs", "a flood of stderr"]
)
def test_a_flood(siege: Siege, name: str, caplog: pytest.LogCaptureFixture) -> None:
    plugin = siege.load(name, permissions=QUICK | {"cpu": "2s"})
    with caplog.at_level("DEBUG", logger="pocket.plugin"):
        siege.answers(
            lambda: plugin.call("main", None).output,
            0,
            by=f"worker: log cut at {limits.LOG_BYTES >> 10} KiB",
        )
    assert 0 < sum(len(record.message) for record in caplog.records) <= limits.LOG_BYTES


class Slow:
    """A capability that gives up when the call's time is over, and some more."""

    def answer(self, call: str, request: dict[str, JSON], deadline: float) -> JSON:
        if call == "test.wait":
            time.sleep(max(0, deadline - time.monotonic()) + 0.05)
        return call


def _asking(name: str, call: str) -> bytes:
    return guest(name) + source_section(orjson.dumps({"call": call}))


@pytest.fixture
def granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pocket.supervisor.host.grants_of",
        lambda manifest, home, _: Grants(manifest, home, Broker("hostile", {"test": Slow()})),
    )


@pytest.mark.usefixtures("granted")
def test_a_host_call_that_never_ends(siege: Siege) -> None:
    plugin = siege.load(_asking("ask", "test.wait"), permissions=QUICK | {"timeout": "300ms"})
    siege.fails(lambda: plugin.call("main", None), pocket.CallTimeout)


@pytest.mark.usefixtures("granted")
def test_host_calls_without_end(siege: Siege) -> None:
    plugin = siege.load(_asking("ask_for_ever", "test.ask"))
    siege.fails(lambda: plugin.call("main", None), pocket.CpuLimitExceeded)


def test_host_calls_without_end_and_without_a_grant(siege: Siege) -> None:
    plugin = siege.load(_asking("ask_for_ever", "http.request"))
    siege.fails(lambda: plugin.call("main", None), pocket.CpuLimitExceeded)


def test_pointers_outside_the_memory_in_host_calls(siege: Siege) -> None:
    plugin = siege.load("ask_from_outside")
    siege.answers(lambda: plugin.call("main", None).output, [1, 1], by="worker: pointer check")


def test_pointers_outside_the_memory_in_wasi(siege: Siege) -> None:
    plugin = siege.load("wasi_bad_pointer")
    siege.answers(lambda: plugin.call("main", None).output, [21, 21], by="worker: pointer check")
