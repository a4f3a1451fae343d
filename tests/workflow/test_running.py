"""Which way a run takes, and what it gives."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from pocket.errors import NodeError, PocketError, StepLimitExceeded

CHOICE = """
  - name: choose
    type: conditional
    config:
      conditions:
        - {if: '{{eq .kind "good"}}', then: praise}
        - {if: '{{eq .kind "bad"}}', then: complain}
      else: ignore
"""


def way(workflow, value) -> list[str]:
    return [step.node for step in workflow.run(value).path]


def test_without_connections_each_node_leads_to_the_one_below(load):
    workflow = load(
        """\
        name: chain
        nodes:
          - {name: a, type: template, config: {template: "{{.x}}1"}}
          - {name: b, type: template, config: {template: "{{.}}2"}}
        """
    )
    result = workflow.run({"x": 0})
    assert result.output == "012"
    assert [(step.node, step.type, step.action, step.outcome) for step in result.path] == [
        ("a", "template", "default", "ok"),
        ("b", "template", "default", "ok"),
    ]


@pytest.mark.parametrize(
    ("kind", "expected"), [("good", "praise"), ("bad", "complain"), ("odd", "ignore")]
)
def test_a_node_that_an_action_names_neither_continues_a_chain_nor_is_reached_by_one(
    load, kind, expected
):
    workflow = load(
        f"name: branches\nnodes:\n  - {{name: first, type: template, "
        f"config: {{template: '{{{{json .}}}}', output_format: json}}}}{CHOICE}"
        "  - {name: praise, type: echo}\n"
        "  - {name: complain, type: echo}\n"
        "  - {name: ignore, type: echo}\n"
        "  - {name: after, type: echo}\n"
    )
    assert way(workflow, {"kind": kind}) == ["first", "choose", expected]
    assert [warning.message for warning in workflow.warnings] == [
        "nothing known leads to node 'after'"
    ]


def test_a_connection_goes_before_a_node_of_the_actions_name(load):
    workflow = load(
        f"name: connected\nnodes:{CHOICE}"
        "  - {name: praise, type: echo}\n"
        "  - {name: other, type: echo}\n"
        "connections: [{from: choose, to: other, action: praise}]\n"
    )
    assert way(workflow, {"kind": "good"}) == ["choose", "other"]


def test_with_connections_nothing_is_chained(load):
    workflow = load(
        """\
        name: short
        nodes: [{name: a, type: echo}, {name: b, type: echo}, {name: c, type: echo}]
        connections: [{from: a, to: b}]
        """
    )
    assert way(workflow, 1) == ["a", "b"]


def test_an_action_that_leads_nowhere_ends_the_run_with_its_output(load):
    workflow = load(f"name: open\nnodes:{CHOICE}")
    result = workflow.run({"kind": "good"})
    assert result.output == {"kind": "good"}
    assert [step.action for step in result.path] == ["praise"]


def test_start_names_the_first_node(load):
    workflow = load(
        """\
        name: late
        start: b
        nodes: [{name: a, type: echo}, {name: b, type: echo}]
        """
    )
    assert way(workflow, 1) == ["b"]


FAILING = """\
name: failing
nodes:
  - {name: parse, type: template, config: {template: "{{.text}}", output_format: json}}
  - {name: rescue, type: echo}
"""


def test_a_failure_names_its_node(load):
    workflow = load(FAILING)
    with pytest.raises(NodeError, match="not JSON") as raised:
        workflow.run({"text": "{"})
    assert raised.value.step == "parse"


def test_a_failure_follows_the_connection_for_errors(load):
    workflow = load(FAILING + "connections: [{from: parse, to: rescue, action: error}]\n")
    result = workflow.run({"text": "{"})
    carried = result.output["input"]
    assert carried["input"] == {"text": "{"}
    assert carried["error"]["type"] == "node-error"
    assert carried["error"]["node"] == "parse"
    assert "not JSON" in carried["error"]["message"]
    assert [(step.action, step.outcome) for step in result.path] == [
        ("error", "node-error"),
        ("default", "ok"),
    ]


def test_a_loop_ends_at_the_step_limit(load):
    workflow = load(
        """\
        name: round
        nodes: [{name: a, type: template, config: {template: x}}]
        connections: [{from: a, to: a}]
        """
    )
    with pytest.raises(StepLimitExceeded, match="1000 steps") as raised:
        workflow.run(None)
    assert raised.value.step == "a"
    with pytest.raises(StepLimitExceeded, match="3 steps"):
        workflow.run(None, max_steps=3)


def test_a_loop_that_ends_may_use_every_step_that_it_has(load):
    workflow = load(
        """\
        name: countdown
        nodes:
          - name: test
            type: conditional
            config: {conditions: [{if: '{{eq (len .) 3}}', then: done}], else: grow}
          - {name: grow, type: template, config: {template: "{{.}}x"}}
        connections: [{from: grow, to: test}]
        """
    )
    assert workflow.run("", max_steps=7).output == "xxx"
    with pytest.raises(StepLimitExceeded):
        workflow.run("", max_steps=6)


def test_runs_in_several_threads_do_not_mix(load):
    workflow = load(
        """\
        name: threads
        nodes:
          - {name: a, type: template, config: {template: "{{.}}"}}
          - {name: b, type: template, config: {template: '{{input}} {{node "a"}} {{.}}'}}
        """
    )
    with ThreadPoolExecutor(8) as threads:
        outputs = list(threads.map(lambda value: workflow.run(value).output, range(200)))
    assert outputs == [f"{value} {value} {value}" for value in range(200)]


def test_an_error_is_a_pocket_error_with_the_position_in_the_template(load):
    workflow = load(
        """\
        name: position
        nodes:
          - name: a
            type: template
            config:
              template: |
                line one
                line {{index .list 9}}
        """
    )
    with pytest.raises(PocketError, match=r"^template:2:8: .*index out of range") as raised:
        workflow.run({"list": []})
    assert raised.value.step == "a"


def test_the_output_of_a_run_is_plain_json(load):
    workflow = load("name: json\nnodes: [{name: a, type: echo}]")
    output = workflow.run({"x": [1, None]}).output
    assert json.loads(json.dumps(output)) == output


def test_ends_ends_the_run_though_a_node_has_the_actions_name(load):
    workflow = load(
        f"name: ended\nnodes:{CHOICE}    ends: [praise]\n"
        "  - {name: praise, type: echo}\n"
        "  - {name: complain, type: echo}\n"
    )
    assert way(workflow, {"kind": "good"}) == ["choose"]
    assert way(workflow, {"kind": "bad"}) == ["choose", "complain"]


def test_ends_ends_the_implied_chain(load):
    workflow = load(
        """\
        name: ended
        nodes:
          - {name: a, type: echo}
          - {name: b, type: echo, ends: [default]}
          - {name: c, type: echo}
        """
    )
    assert way(workflow, 1) == ["a", "b"]
