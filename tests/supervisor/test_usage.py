"""`Result.usage` against what a guest itself knows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles

import pytest
from conftest import Load

CALLS = 200


def undisturbed(over_us: Sequence[float]) -> float:
    """Give the first decile: whatever else the machine does only makes a call longer."""
    return quantiles(over_us, n=10)[0]


@pytest.mark.parametrize("state", ["fresh", "kept"])
def test_usage_tells_the_time_of_the_guest_within_a_microsecond(load: Load, state: str) -> None:
    """The guest computes for 300 us by its own clock, and answers how long it was exactly."""
    plugin = load("busy", state=state)
    results = [plugin.call("main", None) for _ in range(CALLS)]
    wall = [result.usage.wall_us - result.output / 1000 for result in results]
    assert -1 <= undisturbed(wall) <= 1
    # Of CPU time it has less where it had to wait for a core, and then not by a little.
    cpu = [result.usage.cpu_us - result.output / 1000 for result in results]
    assert min(abs(over) for over in cpu) <= 1
    assert all(result.usage.cpu_us <= result.usage.wall_us + 1 for result in results)


def test_time_in_which_the_guest_sleeps_is_no_cpu_time(load: Load) -> None:
    """Also where it is too short for the clock of the kernel to be looked at for its age."""
    plugin = load("nap")
    usages = [plugin.call("main", None).usage for _ in range(50)]
    assert min(usage.wall_us for usage in usages) >= 300
    assert median(usage.cpu_us for usage in usages) < 200
