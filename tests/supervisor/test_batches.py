"""`Plugin.map`: many inputs, in order, whatever happens to one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import Load

import pocket


def test_results_come_in_the_order_of_their_inputs(load: Load) -> None:
    results = load("echo").map("main", range(1000))
    assert [result.output["input"] for result in results] == list(range(1000))


def test_inputs_of_very_different_sizes_all_arrive(load: Load) -> None:
    inputs = ["x" * size for size in (0, 1, 70_000, 10, 1 << 20, 5, 30_000, 30_000, 30_000, 1)]
    results = load("echo", permissions={"cpu": "5s"}).map("main", inputs)
    assert [result.output["input"] for result in results] == inputs


def test_inputs_are_read_as_they_are_needed(load: Load) -> None:
    read: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            read.append(len(read))
            yield read[-1]

    results = load("echo").map("main", endless())
    assert [next(results).output["input"] for _ in range(10)] == list(range(10))
    assert len(read) < 1000


def test_a_call_to_the_same_plugin_may_stand_within_the_loop(load: Load) -> None:
    plugin = load("echo")
    for number, result in enumerate(plugin.map("main", range(50))):
        assert plugin.call("main", "between").output["input"] == "between"
        assert result.output["input"] == number


def test_a_failed_input_raises_where_it_stands(load: Load) -> None:
    results = load("echo").map("main", [1, {2, 3}, 4])
    assert next(results).output["input"] == 1
    with pytest.raises(pocket.InvalidInput):
        next(results)


def test_with_return_errors_the_others_go_on(load: Load) -> None:
    results = list(load("echo").map("main", [1, {2, 3}, 4], return_errors=True))
    assert isinstance(results[1].error, pocket.InvalidInput)
    assert [result.output and result.output["input"] for result in results] == [1, None, 4]


def test_every_crash_is_the_error_of_its_own_input(load: Load) -> None:
    results = list(load("trap").map("main", range(20), return_errors=True))
    assert len(results) == 20
    assert all(isinstance(result.error, pocket.PluginCrashed) for result in results)


def test_a_limit_ends_one_input_of_a_batch(load: Load) -> None:
    results = list(load("loop").map("main", range(3), return_errors=True))
    assert [type(result.error) for result in results] == [pocket.CpuLimitExceeded] * 3
