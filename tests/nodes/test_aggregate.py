"""`aggregate` collects from one visit to the next, and from one run to the next nothing."""

from __future__ import annotations

import time

import pytest

from nodes.conftest import Load, Refused, Run
from pocket.errors import NodeError
from pocket.flow import Workflow
from pocket.workflow.scope import Scope

LOOP = """\
name: loop
nodes:
  - {name: collect, type: aggregate, config: {count: 3}}
  - name: enough
    type: conditional
    config: {conditions: [{if: "{{.complete}}", then: done}], else: again}
    ends: [done]
  - {name: again, type: template, config: {template: "{{input}}"}}
connections: [{from: collect, to: enough}, {from: again, to: collect}]
"""


@pytest.fixture
def visit(one: Load):
    """Gives the outputs of an aggregate node that one run visits with each of these inputs."""

    def visit(inputs: list, pause_s: float = 0, **config) -> list:
        plan = one("aggregate", **config)._on(None).plan
        scope, outputs = Scope(None, node="only"), []
        for value in inputs:
            outputs.append(plan.start.call(value, scope).output)
            time.sleep(pause_s)
        return outputs

    return visit


def data_of(outputs: list) -> list:
    return [output["data"] for output in outputs]


def test_a_list_grows(visit):
    outputs = visit([1, "b", None])
    assert data_of(outputs) == [[1], [1, "b"], [1, "b", None]]
    assert [(output["count"], output["complete"]) for output in outputs] == [
        (1, True),
        (2, True),
        (3, True),
    ]


def test_after_count_inputs_it_begins_anew(visit):
    outputs = visit([1, 2, 3, 4, 5], count=2)
    assert data_of(outputs) == [[1], [1, 2], [3], [3, 4], [5]]
    assert [output["complete"] for output in outputs] == [False, True, False, True, False]


def test_inputs_are_kept_by_their_key(visit):
    inputs = [{"id": "a", "n": 1}, {"id": 2, "n": 2}, {"id": "a", "n": 3}]
    last = visit(inputs, mode="object", key="id")[-1]
    assert last == {"data": {"a": inputs[2], "2": inputs[1]}, "count": 3, "complete": True}


def test_fields_are_merged_and_the_last_counts(visit):
    assert visit([{"a": 1, "b": 1}, {"b": 2}], mode="merge")[-1]["data"] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("inputs", "data"), [(["a", "", "b"], "ab"), ([[1], [], [[2]]], [1, [2]]), (["", ""], "")]
)
def test_texts_and_lists_are_joined(visit, inputs, data):
    assert visit(inputs, mode="concat")[-1]["data"] == data


def test_an_age_completes_it(visit):
    outputs = visit([1, 2, 3], timeout="100ms", pause_s=0.15)
    assert [output["complete"] for output in outputs] == [False, True, False]
    assert data_of(outputs) == [[1], [1, 2], [3]]


@pytest.mark.parametrize(
    ("value", "config"),
    [
        ([1], {"mode": "merge"}),
        ("x", {"mode": "object", "key": "id"}),
        ({"x": 1}, {"mode": "object", "key": "id"}),
        ({"id": [1]}, {"mode": "object", "key": "id"}),
        (1, {"mode": "concat"}),
        (None, {"mode": "concat"}),
    ],
)
def test_an_input_that_does_not_suit_fails_the_node(run: Run, value, config):
    with pytest.raises(NodeError):
        run("aggregate", value, **config)


def test_texts_and_lists_do_not_mix(visit):
    with pytest.raises(NodeError, match="not some of both"):
        visit(["a", ["b"]], mode="concat")


def test_what_is_joined_has_an_end(visit):
    started_s = time.monotonic()
    with pytest.raises(NodeError, match="longer than 10000000"):
        visit(["x" * 3_000_000] * 4, mode="concat")
    assert time.monotonic() - started_s < 20


@pytest.mark.parametrize(
    "config", [{"mode": "object"}, {"key": "id"}, {"mode": "sum"}, {"count": 0}]
)
def test_a_config_that_says_nothing_clear_is_refused(refused: Refused, config):
    assert "nodes[0].config" in refused("aggregate", **config)


def test_a_loop_collects_and_the_next_run_begins_with_nothing(tmp_path):
    file = tmp_path / "loop.yaml"
    file.write_text(LOOP)
    workflow = Workflow.load(file)
    assert workflow.warnings == ()
    assert [workflow.run(text, max_steps=9).output["data"] for text in "ab"] == [
        ["a"] * 3,
        ["b"] * 3,
    ]
