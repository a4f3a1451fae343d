"""A call that a plugin ends from deep in its stack: its answer, and nothing left of it."""

from __future__ import annotations

import pytest
from conftest import Load

import pocket


@pytest.mark.parametrize("state", ["fresh", "kept"])
def test_it_is_an_error_of_the_plugin_and_the_next_call_is_the_first_again(
    load: Load, state: str
) -> None:
    plugin = load("end_call", state=state)
    results = list(plugin.map("main", range(4), return_errors=True))
    assert [type(result.error) for result in results] == [pocket.PluginError] * 4
    assert [str(result.error)[-1] for result in results] == ["1"] * 4


def test_the_worker_lives_on(load: Load) -> None:
    plugin = load("end_call")
    pids = set()
    for _ in range(3):
        with pytest.raises(pocket.PluginError):
            plugin.call("main", None)
        pids.add(plugin.pid)
    assert len(pids) == 1
    assert None not in pids


def test_a_response_outside_of_the_memory_is_no_response(load: Load) -> None:
    with pytest.raises(pocket.InvalidOutput):
        load("end_call_outside").call("main", None)


def test_before_the_call_it_is_a_crash(load: Load) -> None:
    with pytest.raises(pocket.PluginCrashed, match="where no call was to be answered"):
        load("end_call_in_alloc").call("main", None)
