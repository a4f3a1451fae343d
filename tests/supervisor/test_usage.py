"""`Result.usage` against what a guest itself knows."""

from __future__ import annotations

from statistics import median

import pytest
from conftest import Load

CALLS = 1000
NEAR_US = 4
"""To enter and to leave a guest, of which it knows nothing, took 1 us on one machine and 4 on another;
`make bench` measures how much."""


@pytest.mark.parametrize("state", ["fresh", "kept"])
def test_usage_tells_the_time_of_the_guest_and_next_to_nothing_more(load: Load, state: str) -> None:
    """The guest computes for 300 us by its own clock, and answers how long it was exactly."""
    plugin = load("busy", state=state)
    results = [plugin.call("main", None) for _ in range(CALLS)]
    # The least: whatever else the machine does only makes a call longer.
    wall = min(result.usage.wall_us - result.output / 1000 for result in results)
    assert -1 <= wall <= NEAR_US
    # Of CPU time it has less where it had to wait for a core, and then not by a little.
    cpu = [result.usage.cpu_us - result.output / 1000 for result in results]
    assert min(abs(over) for over in cpu) <= NEAR_US
    assert all(result.usage.cpu_us <= result.usage.wall_us + 1 for result in results)


def test_time_in_which_the_guest_sleeps_is_no_cpu_time(load: Load) -> None:
    """Also where it is too short for the clock of the kernel to be looked at for its age."""
    plugin = load("nap")
    usages = [plugin.call("main", None).usage for _ in range(50)]
    assert min(usage.wall_us for usage in usages) >= 300
    assert median(usage.cpu_us for usage in usages) < 200
