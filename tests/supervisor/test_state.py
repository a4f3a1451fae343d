"""What one call leaves for the next: nothing when the state is fresh, everything when it is kept."""

from __future__ import annotations

import pytest
from conftest import Load
from guests.javascript import javascript

import pocket

COUNTERS = ["counter", "counter_global", "counter_table", "counter_pages"]


@pytest.mark.parametrize("name", COUNTERS)
def test_fresh_state_forgets_the_last_call(load: Load, name: str) -> None:
    plugin = load(name)
    assert [plugin.call("main", None).output for _ in range(4)] == [1, 1, 1, 1]


@pytest.mark.parametrize("name", COUNTERS)
def test_kept_state_remembers_the_last_call(load: Load, name: str) -> None:
    plugin = load(name, state="kept")
    assert [plugin.call("main", None).output for _ in range(4)] == [1, 2, 3, 4]


def test_fresh_state_brings_back_dropped_data_and_clean_pages(load: Load) -> None:
    dropping = load("drop_data", name="dropping")
    assert dropping.call("main", None).output == dropping.call("main", None).output
    leftover = load("grown_leftover", name="leftover")
    assert [leftover.call("main", None).output for _ in range(3)] == [0, 0, 0]


def test_a_call_finds_nothing_where_earlier_ones_have_grown_into(load: Load) -> None:
    plugin = load("grow_by", permissions={"memory": "64MB"})
    # The second 20 finds all it grows into resident, though the 5 before it has grown less.
    pages = [0, 20, 5, 20, 20, 1, 90, 3, 0, 90, 1, 400, 90, 2, 400]
    assert [plugin.call("main", "x" * size).output for size in pages] == [0] * len(pages)
    kept = load("grow_by", name="kept", state="kept", permissions={"memory": "64MB"})
    assert [kept.call("main", "x" * size).output for size in pages] == [0] * len(pages)


def test_fresh_state_takes_grown_pages_away_again(load: Load) -> None:
    plugin = load("grow_or_peek")
    assert [plugin.call("main", None).output for _ in range(3)] == [1, 1, 1]
    pid = plugin.pid
    plugin.call("main", None)
    assert plugin.pid == pid  # it is still the same instance that has grown and shrunk
    with pytest.raises(pocket.PluginCrashed, match="out of bounds"):
        plugin.call("main", "x" * 200)


def test_fresh_state_cleans_more_pages_than_stay_resident(load: Load) -> None:
    plugin = load("scribble")
    assert [plugin.call("main", None).output for _ in range(5)] == [0] * 5
    kept = load("scribble", name="kept", state="kept")
    assert [kept.call("main", None).output for _ in range(2)] == [0, 992]


@pytest.mark.parametrize("name", ["resume", "seeded"])
def test_what_was_random_at_the_start_is_drawn_anew_for_every_fresh_call(
    load: Load, name: str
) -> None:
    plugin = load(name)
    assert len({plugin.call("main", None).output for _ in range(20)}) == 20


def test_fresh_state_holds_for_requests_that_are_sent_ahead(load: Load) -> None:
    results = load("counter").map("main", range(500))
    assert {result.output for result in results} == {1}


def test_an_error_of_the_plugin_leaves_nothing_either(load: Load) -> None:
    plugin = load("error_answer")
    for _ in range(3):
        with pytest.raises(pocket.PluginError):
            plugin.call("main", None)


def test_large_requests_do_not_stay_in_the_worker(load: Load) -> None:
    plugin = load("echo", permissions={"memory": "64MB", "cpu": "5s"})
    small = plugin.call("main", "x").usage.memory_bytes
    assert plugin.call("main", "x" * (8 << 20)).usage.memory_bytes > 8 << 20
    assert plugin.call("main", "x").usage.memory_bytes == small


def test_a_fresh_call_of_a_script_runs_hardly_more_code_than_a_kept_one(load: Load) -> None:
    """What the engine makes of itself when a call first uses it, is there before the first call."""
    body = r"""
      const words = input.toLowerCase().split(/\s+/).filter((word) => word.includes('a'));
      for (const [at, word] of words.entries()) words[at] = word.replace(/b+/g, 'c').padEnd(4, '.');
      return { words: words.map((word) => Math.max(word.length, 2)).join('-'), keys: Object.keys(words) };
    """
    spent = {}
    for state in ("fresh", "kept"):
        plugin = load(javascript(body), name=state, state=state, permissions={"fuel": 100_000_000})
        plugin.call("main", "A bb abba dab")
        spent[state] = plugin.call("main", "A bb abba dab").usage.fuel or 0
    assert 0 < spent["fresh"] < 1.1 * spent["kept"], spent
