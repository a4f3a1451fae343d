"""`jsonpath` finds what RFC 9535 says, in bounded time."""

from __future__ import annotations

import time

import pytest

from nodes.conftest import Load, Refused, Run
from pocket.errors import NodeError, RunTimeout

STORE = {
    "books": [
        {"title": "A", "author": "Ada", "price": 8.95},
        {"title": "B", "author": "Bob", "price": 12.99, "isbn": "1"},
        {"title": "C", "author": "Ada", "price": 22, "isbn": None},
    ],
    "bicycle": {"color": "red", "price": 399},
}
ODD = {"a b": 1, "'": 2, "é": 3, "😀": 4, "": 5, "\n": 6}
VALUES = [0, False, None, "", [], {}, 1, 1.0, True, "1", "a.b", "a\nb", [1], {"x": 1}]

FOUND = [
    ("$", 1, [1]),
    ("$.books[*].title", STORE, ["A", "B", "C"]),
    ("$..price", STORE, [8.95, 12.99, 22, 399]),
    ("$.*.color", STORE, ["red"]),
    ("$..*", [[1], {"a": [2]}], [[1], {"a": [2]}, 1, [2], 2]),
    ("$..[0]", [[1, 2], [[3]]], [[1, 2], 1, [3], 3]),
    ("$.books[-1].title", STORE, ["C"]),
    ("$[3,-4,0,0]", [1, 2, 3], [1, 1]),
    ("$[1:3]", [0, 1, 2, 3], [1, 2]),
    ("$[::-2]", [0, 1, 2, 3], [3, 1]),
    ("$[-2 : : 1]", [0, 1, 2, 3], [2, 3]),
    ("$[0:2:0]", [0, 1], []),
    (
        "$['a b', \"'\", '\\'', \"\\u00e9\", '\\uD83D\\uDE00', '', '\\n']",
        ODD,
        [1, 2, 2, 3, 4, 5, 6],
    ),
    ("$ .é", ODD, [3]),
    ("$.books[?@.isbn].title", STORE, ["B", "C"]),
    ("$.books[?!@.isbn].title", STORE, ["A"]),
    ("$.books[?@.isbn == null].title", STORE, ["C"]),
    ("$.books[?@.price < 10 || @.title == 'C' && @.price > 20].title", STORE, ["A", "C"]),
    ("$.books[?(@.price < 10 || @.title == 'C') && !(@.price > 20)].title", STORE, ["A"]),
    ("$.books[?@.price >= $.books[1].price].title", STORE, ["B", "C"]),
    ("$.books[?@.no == $.no].title", STORE, ["A", "B", "C"]),
    ("$.books[?@.no <= $.no].title", STORE, ["A", "B", "C"]),
    ("$.books[?@.no < 1].title", STORE, []),
    ("$[?@]", VALUES, VALUES),
    ("$[?@ == 1]", VALUES, [1, 1.0]),
    ("$[?@ == true]", VALUES, [True]),
    ("$[?@ == 0]", VALUES, [0]),
    ("$[?@ == '']", VALUES, [""]),
    ("$[?@ == $[12]]", VALUES, [[1]]),
    ("$[?@ == $[1].x]", [[True], {"x": [1]}, [1.0]], [[1.0]]),
    ("$[?@ < true]", VALUES, []),
    ("$[?@ > '1']", VALUES, ["a.b", "a\nb"]),
    ("$[?length(@) == 1]", VALUES, ["1", [1], {"x": 1}]),
    ("$[?count(@.*) == 1]", VALUES, [[1], {"x": 1}]),
    ("$[?value(@..x) == 1]", VALUES, [{"x": 1}]),
    ("$[?match(@, 'a.b')]", VALUES, ["a.b"]),
    ("$[?search(@, '[.]|[0-9]')]", VALUES, ["1", "a.b"]),
    ("$[?match(@, 'a|ab')]", ["a", "ab", "abc"], ["a", "ab"]),
    ("$[?match(@, '(')]", VALUES, []),
    ("$[?@[?@ > 1]]", [[1], [2], {"a": 3}], [[2], {"a": 3}]),
    ("$.no.no", STORE, []),
    ("$[0].x['y'][*]", "text", []),
]

WRONG = [
    ("", "should be non-empty"),
    ("books", "column 1, at 'books': $ is missing"),
    ("$.", "column 3, at its end"),
    ("$.books[", "column 9, at its end"),
    ("$x", "column 2, at 'x'"),
    ("$ ", "column 2"),
    ("$.1a", "column 3"),
    ("$[01]", "column 3"),
    ("$[-0]", "column 3"),
    ("$[1", ", or ] is missing"),
    ("$['a]", "at its end"),
    ("$['\t']", "column 4"),
    ("$['\\x']", "no such escape"),
    ("$['\\uD83D']", "half a surrogate pair"),
    ("$[9007199254740992]", "too large for an index"),
    ("$[?@.a = 1]", "column 8"),
    ("$[?1]", "a literal has to be compared"),
    ("$[?length(@)]", "what this function gives has to be compared"),
    ("$[?@.* == 1]", "only a query that finds one value"),
    ("$[?count(1) > 1]", "count takes a query"),
    ("$[?match(@)]", ", is missing"),
    ("$[?length(@, @) > 1]", "length takes 1 argument"),
    ("$[?lenght(@) > 1]", "there is no function lenght"),
    ("$[?match(@, 'a') == true]", "only a query that finds one value"),
    ("$" + "[?@" * 60 + "]" * 60, "nested deeper than 50"),
    ("$[?" + "!(" * 60, "nested deeper than 50"),
    ("$[?" + "length(" * 500, "nested deeper than 50"),
    ("$." + "a" * 5000, "at most 4096 characters"),
]


@pytest.mark.parametrize(("path", "value", "found"), FOUND)
def test_a_query_finds_what_it_names_in_order(run: Run, path, value, found):
    output = run("jsonpath", value, path=path, multiple=True).output
    assert repr(output) == repr(found)


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_a_path_that_is_none_is_refused_at_load(refused: Refused, path, said):
    assert said in refused("jsonpath", path=path)


def test_one_value_is_the_first_one(run: Run):
    assert run("jsonpath", STORE, path="$..title").output == "A"
    assert run("jsonpath", STORE, path="$..no").output is None


def test_a_list_of_one_is_unwrapped_unless_that_is_not_wanted(run: Run):
    assert run("jsonpath", {"a": [[1]]}, path="$.a").output == [1]
    assert run("jsonpath", {"a": [[1]]}, path="$.a", unwrap=False).output == [[1]]
    assert run("jsonpath", {"a": [1, 2]}, path="$.a").output == [1, 2]
    assert run("jsonpath", {"a": [1]}, path="$.a", multiple=True).output == [[1]]


def test_a_default_stands_in_for_nothing_and_not_for_null(run: Run):
    assert run("jsonpath", {"a": None}, path="$.a", default=1).output is None
    assert run("jsonpath", {"a": None}, path="$.b", default=1).output == 1
    assert run("jsonpath", {}, path="$.b", default=[], multiple=True).output == []
    assert run("jsonpath", {}, path="$.b", multiple=True).output == []


def test_a_value_nested_deep_is_searched(run: Run):
    value: list = [1]
    for _ in range(900):
        value = [value]
    assert run("jsonpath", value, path="$..[?@ == 1]").output == 1
    with pytest.raises(NodeError, match="nested too deep"):
        run("jsonpath", [value, value], path="$[?@ == $[1]]")


HOSTILE = [
    ("$" + "..*" * 8, [[[[[[[[1] * 4] * 4] * 4] * 4] * 4] * 4] * 4] * 4),
    ("$[?count($..*) == 1]", [[0] * 1000] * 1000),
    ("$[?@ == $[0]]", [[0] * 10_000] * 10_000),
    ("$[" + "*," * 1000 + "*][" + "*," * 1000 + "*]", [[0] * 1000] * 1000),
]


@pytest.mark.parametrize(("path", "value"), HOSTILE, ids=range(len(HOSTILE)))
def test_no_query_goes_on_for_ever(one: Load, run: Run, path, value, monkeypatch):
    with pytest.raises(RunTimeout):
        one("jsonpath", path=path, multiple=True).run(value, timeout_s=0.2)
    monkeypatch.setattr("pocket.nodes.jsonpath_run.MAX_TIME_S", 0.2)
    started_s = time.monotonic()
    with pytest.raises(NodeError, match=r"the query took longer than 0\.2s"):
        run("jsonpath", value, path=path, multiple=True)
    assert time.monotonic() - started_s < 5


def test_no_pattern_keeps_it_busy(run: Run):
    value = {"p": "(a|aa)+$", "t": ["a" * 5000 + "b"]}
    assert run("jsonpath", value, path="$.t[?search(@, $.p)]", multiple=True).output == []
    with pytest.raises(NodeError, match="at most at 300000 characters"):
        run("jsonpath", ["a" * 100_000] * 4, path="$[?match(@, 'b')]")


def test_a_large_input_is_searched_soon(run: Run):
    value = [{"n": number, "x": [number]} for number in range(100_000)]
    started_s = time.monotonic()
    assert run("jsonpath", value, path="$[?@.n > 99998].x[0]").output == 99999
    assert time.monotonic() - started_s < 5
