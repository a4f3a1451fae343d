"""`delay` waits as long as it says."""

from __future__ import annotations

import time

import pytest

from nodes.conftest import Refused, Run
from pocket.errors import RunTimeout


def test_it_waits_and_passes_its_input_on(run: Run):
    started_s = time.monotonic()
    assert run("delay", {"x": [1]}, duration="120ms").output == {"x": [1]}
    assert time.monotonic() - started_s >= 0.12


def test_no_time_is_a_time(run: Run):
    assert run("delay", 1, duration="0s").output == 1


@pytest.mark.parametrize(
    "duration",
    ["0", "+1ms", ".5ms", "1.ms", "0.0000000000001h", "1ms2us3ns", "1\u00b5s", "1\u03bcs"],
)
def test_what_go_takes_for_a_duration_is_one(run: Run, duration):
    assert run("delay", 1, duration=duration).output == 1


@pytest.mark.parametrize("duration", ["", "1", "+", ".s", "-1s", "1 day", "9999999999h"])
def test_what_is_no_duration_is_refused(refused: Refused, duration):
    assert "nodes[0].config.duration" in refused("delay", duration=duration)


def test_a_time_limit_ends_the_wait(one):
    started_s = time.monotonic()
    with pytest.raises(RunTimeout):
        one("delay", duration="1h").run(1, timeout_s=0.1)
    assert time.monotonic() - started_s < 5
