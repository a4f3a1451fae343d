"""`transform` gives what jq gives, by a filter that runs in a worker."""

from __future__ import annotations

import re
from typing import Any

import pytest

from nodes.conftest import Hosted, Run
from nodes.jq_cases import ALL, DIFFERENT, MISSING
from pocket.errors import CallTimeout, MemoryLimitExceeded, NodeError, NodeTimeout, PocketError


@pytest.mark.parametrize(("jq", "value", "results"), ALL)
def test_a_filter_gives_what_jq_gives(hosted: Hosted, jq: str, value: Any, results: list[Any]):
    assert hosted("transform", value, jq=jq, multiple=True).output == results


@pytest.mark.parametrize(("jq", "value", "message"), DIFFERENT)
def test_what_jq_does_and_jaq_refuses(hosted: Hosted, jq: str, value: Any, message: str):
    with pytest.raises(NodeError, match=message):
        hosted("transform", value, jq=jq)


@pytest.mark.parametrize("jq", MISSING)
def test_what_is_missing_is_said_at_load(hosted: Hosted, jq: str):
    assert "nodes[0].config.jq" in hosted.refused("transform", jq=jq)


def test_one_result_is_the_output(hosted: Hosted):
    assert hosted("transform", {"a": [1]}, jq=".a").output == [1]


def test_no_result_is_null(hosted: Hosted):
    assert hosted("transform", 1, jq="empty").output is None


def test_several_results_are_an_error_unless_they_are_asked_for(hosted: Hosted):
    with pytest.raises(NodeError, match="several results"):
        hosted("transform", [1, 2], jq=".[]")
    assert hosted("transform", [1, 2], jq=".[]", multiple=True).output == [1, 2]


def test_the_first_of_endless_results_can_be_taken(hosted: Hosted):
    assert hosted("transform", 1, jq="first(repeat(. * 2) | select(. > 1000))").output == 1024


@pytest.mark.parametrize(
    "value", [1, 1.0, 1.5, 2**63, -(10**18), 'é😀\x00"\\', [None, True], {"b": 1, "a": {}}, 5e-324]
)
def test_a_value_passes_through_unharmed(hosted: Hosted, value: Any):
    given = hosted("transform", value, jq=".").output
    assert given == value


def test_a_deep_value_passes_through(hosted: Hosted):
    value: Any = 1
    for _ in range(100):
        value = [value]
    assert hosted("transform", value, jq=".").output == value


@pytest.mark.parametrize(
    ("jq", "message"),
    [
        ('error("bad")', "bad"),
        ("error({code: 5})", '{"code":5}'),
        (".a.b", "cannot index"),
        ('{(1, 2 | tostring): 3} | {a: .["1"]["x"]}', "cannot index"),
        ("{(null): 1}", "key"),
    ],
)
def test_a_filter_that_fails(hosted: Hosted, jq: str, message: str):
    with pytest.raises(NodeError, match=re.escape(message)):
        hosted("transform", {"a": 1}, jq=jq)


BLOCK = """\
name: one
nodes:
  - name: only
    type: transform
    config:
      jq: |
        .items[]
        | {{filter}}
"""


@pytest.mark.parametrize(
    ("jq", "said"),
    [
        ("foo(1)", "workflow.yaml:8:11: nodes[0].config.jq: there is no filter foo/1"),
        ("select($x)", "workflow.yaml:8:18: nodes[0].config.jq: there is no variable $x"),
        ("[1, 2", "workflow.yaml:8:11: nodes[0].config.jq: [ is never closed"),
        (". +", "workflow.yaml:8:14: nodes[0].config.jq: expected term at the end"),
    ],
)
def test_a_mistake_is_said_at_load_with_its_place(hosted: Hosted, jq: str, said: str):
    assert said in hosted.refused_file(BLOCK.replace("{{filter}}", jq))


def test_every_mistake_is_said_at_once(hosted: Hosted):
    said = hosted.refused("transform", jq="a | b | $c")
    assert [word in said for word in ("filter a", "filter b", "variable $c")] == [True] * 3


def test_a_mistake_in_a_task_of_parallel_is_said_at_load(hosted: Hosted):
    tasks = [{"name": "t", "node": "transform", "config": {"jq": "nope"}}]
    said = hosted.refused("parallel", tasks=tasks)
    assert "nodes[0].config.tasks[0].config.jq: there is no filter nope" in said


def test_tasks_of_parallel_can_be_filters_and_scripts(hosted: Hosted):
    tasks = [
        {"name": "jq", "node": "transform", "config": {"jq": "add"}},
        {"name": "lua", "node": "lua", "config": {"script": "return #input"}},
    ]
    output: Any = hosted("parallel", [1, 2, 3], tasks=tasks).output
    assert [result["result"] for result in output["results"]] == [6, 3]


def test_without_a_filter_the_input_is_wrapped(run: Run):
    output: Any = run("transform", {"value": 42}).output
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", output.pop("timestamp"))
    assert output == {"transformed": True, "original": {"value": 42}, "node": "only"}


def test_multiple_without_a_filter_is_refused(hosted: Hosted):
    assert "give jq" in hosted.refused("transform", multiple=True)


@pytest.mark.parametrize("jq", ["def f: f; f", "last(repeat(1))", "[range(1e9)] | length"])
def test_a_filter_without_end_is_stopped(hosted: Hosted, jq: str):
    with pytest.raises((CallTimeout, MemoryLimitExceeded)):
        hosted("transform", None, jq=jq, timeout="100ms")
    assert hosted("transform", 1, jq=".").output == 1


def test_a_filter_that_nests_without_end_is_stopped(hosted: Hosted):
    with pytest.raises(PocketError):
        hosted("transform", None, jq="def f: [f]; f", timeout="2s")
    assert hosted("transform", 1, jq=".").output == 1


def test_the_timeout_of_the_node_ends_a_filter(hosted: Hosted):
    text = BLOCK.replace("type: transform", "type: transform\n    timeout: 100ms")
    with pytest.raises(NodeTimeout):
        hosted.file(text.replace("{{filter}}", "last(repeat(1))")).run({"items": [1]})


@pytest.mark.parametrize("jq", ["[repeat(1)]", '"x" * 1000000000'])
def test_a_filter_that_wants_all_memory_is_stopped(hosted: Hosted, jq: str):
    with pytest.raises(MemoryLimitExceeded):
        hosted("transform", None, jq=jq)
    assert hosted("transform", 1, jq=".").output == 1


def test_a_filter_sees_no_environment(hosted: Hosted, monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    assert hosted("transform", None, jq="[env, $ENV]").output == [{}, {}]


def test_many_filters_share_a_worker(hosted: Hosted):
    for count in range(300):
        assert (
            hosted.interpreter("transform", 1, {"jq": f". + {count}", "multiple": False})
            == 1 + count
        )
