"""Protocol: a native program in the worker's place, which says what no worker would."""

from __future__ import annotations

import pytest

import pocket
from abuse.conftest import TakeOver
from abuse.siege import Siege
from pocket.capability.broker import Broker
from pocket.document import JSON
from pocket.supervisor.surroundings import Grants

SCENARIOS = {
    "a length of 0": ("length_zero", pocket.ProtocolViolation),
    "the largest length, and then nothing": ("length_max", pocket.CallTimeout),
    "a length that is one too large": ("length_max_plus_one", pocket.ProtocolViolation),
    "a length of 2^32-1": ("length_all_ones", pocket.ProtocolViolation),
    "a length shorter than its frame": ("length_short", pocket.ProtocolViolation),
    "a length longer than its frame": ("length_long", pocket.CallTimeout),
    "8 million nested arrays": ("nested_arrays", pocket.ProtocolViolation),
    "64 million empty lists": ("many_lists", pocket.ProtocolViolation),
    "a million nested maps": ("nested_maps", pocket.ProtocolViolation),
    "an array of 2^32-1": ("array_of_billions", pocket.ProtocolViolation),
    "a map of 2^32-1": ("map_of_billions", pocket.ProtocolViolation),
    "bytes of 2^32-1": ("bin_of_billions", pocket.ProtocolViolation),
    "the byte 0xc1": ("never_used_byte", pocket.ProtocolViolation),
    "extension types": ("ext_types", pocket.ProtocolViolation),
    "a map with a list as its key": ("map_keys", pocket.ProtocolViolation),
    "text where bytes belong": ("wrong_types", pocket.ProtocolViolation),
    "negative numbers": ("negative_numbers", pocket.ProtocolViolation),
    "a kind that is a float": ("float_kind", pocket.ProtocolViolation),
    "a kind that is true": ("bool_kind", pocket.ProtocolViolation),
    "bytes after the frame": ("bytes_after_the_frame", pocket.ProtocolViolation),
    "fifty bytes a second": ("drip", pocket.CallTimeout),
    "one byte a second": ("byte_a_second", pocket.CallTimeout),
    "silence": ("silent", pocket.CallTimeout),
    "a second ready": ("ready_twice", pocket.ProtocolViolation),
    "a late reply": ("late", pocket.CallTimeout),
    "a reply over the cap": ("oversized", pocket.ProtocolViolation),
    "a reply with another id": ("other_id", pocket.ProtocolViolation),
    "a call from the worker": ("call_frame", pocket.ProtocolViolation),
    "a compiled module out of turn": ("compiled_frame", pocket.ProtocolViolation),
    "a failure that nobody knows": ("unknown_failure", pocket.ProtocolViolation),
    "a failure with a message of a megabyte": ("huge_failure", pocket.ProtocolViolation),
    "an artifact that is bad each time": ("bad_artifact_at_start", pocket.ProtocolViolation),
    "an artifact that turns bad in a call": ("bad_artifact_in_a_call", pocket.ProtocolViolation),
    "log lines without end": ("log_flood", pocket.ProtocolViolation),
    "a log line of 64 MB": ("log_of_64_mb", pocket.ProtocolViolation),
    "a host call that nothing allows": ("host_call_not_allowed", pocket.ProtocolViolation),
    "death before ready": ("dies_before_ready", pocket.PluginCrashed),
    "death with start unread": ("dies_unread", pocket.PluginCrashed),
    "death during init": ("dies_in_init", pocket.PluginCrashed),
    "death in the middle of a frame": ("dies_mid_frame", pocket.PluginCrashed),
    "SIGSTOP to itself": ("stops", pocket.CallTimeout),
    "a closed stdout": ("closes_stdout", pocket.PluginCrashed),
}


@pytest.mark.parametrize(("scenario", "error"), SCENARIOS.values(), ids=SCENARIOS)
def test_protocol(
    siege: Siege, take_over: TakeOver, scenario: str, error: type[pocket.PocketError]
) -> None:
    plugin = take_over(scenario)
    siege.fails(lambda: plugin.call("main", None), error)
    assert plugin.pid is None


def test_sigstop_before_ready(
    siege: Siege, take_over: TakeOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocket.supervisor.limits.START_TIMEOUT_S", 1.0)
    plugin = take_over("stops_before_ready")
    siege.fails(lambda: plugin.call("main", None), pocket.CallTimeout)


LARGE = "x" * (8 << 20)


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        pytest.param("never_reads", pocket.CallTimeout, id="never reading 8 MB"),
        pytest.param("small_pipes", pocket.CallTimeout, id="never reading, in pipes of 4 KiB"),
        pytest.param(
            "never_reads_but_writes", pocket.ProtocolViolation, id="never reading, always writing"
        ),
    ],
)
def test_never_reading(
    siege: Siege, take_over: TakeOver, scenario: str, error: type[pocket.PocketError]
) -> None:
    timeout = "1s" if error is pocket.CallTimeout else "20s"
    plugin = take_over(scenario, timeout=timeout)
    siege.fails(lambda: plugin.call("main", LARGE), error)


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param("unasked", id="replies that nobody asked for"),
        pytest.param("result_twice", id="a reply twice"),
        pytest.param("result_of_before", id="the reply of the call before"),
    ],
)
def test_a_first_call_that_ends_well(siege: Siege, take_over: TakeOver, scenario: str) -> None:
    plugin = take_over(scenario)

    def attack() -> None:
        for _ in range(3):
            plugin.call("main", None)

    siege.fails(attack, pocket.ProtocolViolation)


def test_a_log_line_of_another_call(siege: Siege, take_over: TakeOver) -> None:
    plugin = take_over("log_with_other_id")
    siege.answers(lambda: plugin.call("main", None).output, 1)


class Parrot:
    """A capability that gives back what it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, call: str, request: dict[str, JSON], deadline: float) -> JSON:
        self.asked += 1
        return "x" * 1000


@pytest.mark.parametrize(
    ("scenario", "errors"),
    [
        pytest.param(
            "host_calls_a_million", (pocket.ProtocolViolation,), id="a million host calls"
        ),
        # Whichever comes first: as much as the host takes in, or the end of the time.
        pytest.param(
            "never_reads_an_answer",
            (pocket.CallTimeout, pocket.ProtocolViolation),
            id="host calls, never reading answers",
        ),
        pytest.param(
            "host_call_of_another", (pocket.ProtocolViolation,), id="a host call of another call"
        ),
        pytest.param(
            "host_call_of_lists", (pocket.CallTimeout,), id="a host call of 16 million lists"
        ),
    ],
)
def test_host_calls(
    siege: Siege,
    take_over: TakeOver,
    monkeypatch: pytest.MonkeyPatch,
    scenario: str,
    errors: tuple[type[pocket.PocketError], ...],
) -> None:
    parrot = Parrot()
    monkeypatch.setattr(
        "pocket.supervisor.host.grants_of",
        lambda manifest, home, _: Grants(manifest, home, Broker("hostile", {"t": parrot})),
    )
    plugin = take_over(scenario, timeout="3s")
    siege.fails(lambda: plugin.call("main", None), *errors)
    assert parrot.asked <= 1000


def test_a_map_whose_answers_are_all_large(siege: Siege) -> None:
    plugin = siege.load("large", permissions={"memory": "64MB", "cpu": "5s", "timeout": "5s"})
    sizes = (len(str(result.output)) for result in plugin.map("main", range(14)))
    siege.answers(lambda: sum(sizes), 14 * (32 << 20), within_s=40)


def test_a_map_whose_answers_are_all_large_and_wrong(siege: Siege) -> None:
    plugin = siege.load("lists", permissions={"memory": "100MB", "cpu": "5s", "timeout": "8s"})

    def attack() -> set[str]:
        results = list(plugin.map("main", range(12), return_errors=True))
        return {type(result.error).__name__ for result in results}

    siege.answers(attack, {"OutputTooLarge"}, by="response reader", within_s=40)
