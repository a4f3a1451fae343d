"""What a plugin asks of its host during a call, and how often it may."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from guests.build import guest, plugin_folder, source_section

import pocket
from pocket.capability.broker import Broker
from pocket.capability.refusal import Refusal
from pocket.document import JSON
from pocket.supervisor import limits
from pocket.supervisor.surroundings import Grants

Grant = Callable[..., pocket.Plugin]


class Recorder:
    """A capability that remembers what it was asked and gives it back."""

    def __init__(self, value: JSON = None) -> None:
        self.asked: list[JSON] = []
        self._value = value

    def answer(self, call: str, request: dict[str, JSON], deadline: float) -> JSON:
        assert deadline > time.monotonic()
        self.asked.append(request)
        if call == "test.refuse":
            raise Refusal("unavailable", "not today")
        if call == "test.sleep":
            time.sleep(max(0, deadline - time.monotonic()) + 0.05)
        if call == "test.bug":
            raise ZeroDivisionError
        return request if self._value is None else self._value


@pytest.fixture
def grant(shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Load a guest whose host calls are answered by a capability of the test."""
    with pocket.Host(home=shared_home) as host:

        def grant(wasm: bytes, capability: Recorder | None, timeout: str = "10s") -> pocket.Plugin:
            broker = Broker("guest", {"test": capability}) if capability else None
            monkeypatch.setattr(
                "pocket.supervisor.host.grants_of",
                lambda manifest, home, _: Grants(manifest, home, broker),
            )
            permissions = {"timeout": timeout, "cpu": "300ms"}
            return host.load(plugin_folder(tmp_path, "guest", wasm=wasm, permissions=permissions))

        yield grant


def _asking(request: JSON, name: str = "ask") -> bytes:
    return guest(name) + source_section(orjson.dumps(request))


def test_the_host_answers_in_the_middle_of_a_call(grant: Grant) -> None:
    recorder = Recorder()
    request = {"call": "test.ask", "text": "grüße"}
    plugin = grant(_asking(request), recorder)
    assert plugin.call("main", None).output == {"ok": True, "value": request}
    assert recorder.asked == [request]


def test_each_of_many_inputs_gets_its_own_answers(grant: Grant) -> None:
    recorder = Recorder()
    plugin = grant(_asking({"call": "test.ask"}), recorder)
    results = list(plugin.map("main", range(300)))
    assert [result.output["ok"] for result in results] == [True] * 300
    assert len(recorder.asked) == 300


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"call": "test.refuse"}, "unavailable"),
        ({"call": "test.bug"}, "unavailable"),
        ({"call": "other.ask"}, "invalid-request"),
        ({"call": "http.request"}, "permission-denied"),
        ({"call": 7}, "invalid-request"),
        ([], "invalid-request"),
    ],
)
def test_what_is_not_done_is_said_to_the_plugin_and_ends_nothing(
    grant: Grant, request_: JSON, code: str
) -> None:
    plugin = grant(_asking(request_), Recorder())
    for _ in range(2):
        answer = plugin.call("main", None).output
        assert answer["ok"] is False
        assert answer["error"]["code"] == code


def test_a_request_that_is_not_json_is_refused(grant: Grant) -> None:
    plugin = grant(guest("ask") + source_section(b"\xff{"), Recorder())
    assert plugin.call("main", None).output["error"]["code"] == "invalid-request"


@pytest.mark.parametrize(
    ("call", "permission"), [("http.request", "network"), ("store.get", "store")]
)
def test_a_plugin_that_was_granted_nothing_is_told_which_permission_it_lacks(
    grant: Grant, call: str, permission: str
) -> None:
    plugin = grant(_asking({"call": call}), None)
    error = plugin.call("main", None).output["error"]
    assert error["code"] == "permission-denied"
    assert f"permissions.{permission}" in error["message"]


def test_host_calls_without_end_are_answered_a_limited_number_of_times(grant: Grant) -> None:
    recorder = Recorder()
    plugin = grant(_asking({"call": "test.ask"}, "ask_for_ever"), recorder)
    with pytest.raises(pocket.CpuLimitExceeded):
        plugin.call("main", None)
    assert len(recorder.asked) == limits.HOST_CALLS


def test_a_host_call_that_takes_longer_than_the_call_may_is_a_timeout(grant: Grant) -> None:
    plugin = grant(_asking({"call": "test.sleep"}), Recorder(), timeout="1s")
    with pytest.raises(pocket.CallTimeout):
        plugin.call("main", None)


def test_an_answer_that_is_too_large_is_refused(
    grant: Grant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pocket.capability.broker.MAX_ANSWER_BYTES", 1000)
    plugin = grant(_asking({"call": "test.ask"}), Recorder("x" * 2000))
    assert plugin.call("main", None).output["error"]["code"] == "too-large"


@pytest.mark.parametrize("granted", [True, False])
def test_pointers_outside_the_memory_reach_nobody(grant: Grant, *, granted: bool) -> None:
    recorder = Recorder()
    plugin = grant(guest("ask_from_outside"), recorder if granted else None)
    assert plugin.call("main", None).output == [1, 1]
    assert recorder.asked == []
