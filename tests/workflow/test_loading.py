"""What loading says of files that are wrong: everything at once, each problem at its place."""

from __future__ import annotations

import pytest

from pocket.errors import InvalidWorkflow
from pocket.flow import Workflow


def problems_of(load, text: str) -> list[tuple[int | None, int | None, str, str, str | None]]:
    with pytest.raises(InvalidWorkflow) as raised:
        load(text)
    return [
        (problem.place.line, problem.place.column, problem.path, problem.message, problem.hint)
        for problem in raised.value.problems
    ]


def test_every_problem_of_a_file_is_reported_at_once_and_in_order(load):
    found = problems_of(
        load,
        """\
        name: bad
        strat: a
        start: nope
        nodes:
          - name: a
            type: conditional
            config:
              conditions:
                - if: "{{eq .x"
                  then: b
          - name: a
            type: echo
            config: {mesage: hi}
        connections:
          - {from: a, to: aa}
        """,
    )
    assert found == [
        (2, 1, "strat", "unknown key", "did you mean 'start'?"),
        (3, 8, "start", "there is no node 'nope'", "the nodes are a"),
        (9, 15, "nodes[0].config.conditions[0].if", "template 1:1: unclosed action", None),
        (
            11,
            11,
            "nodes[1].name",
            "nodes[0] has the name 'a' too",
            "give every node a name of its own",
        ),
        (13, 14, "nodes[1].config.mesage", "unknown key", "did you mean 'message'?"),
        (15, 19, "connections[0].to", "there is no node 'aa'", "did you mean 'a'?"),
    ]


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        ("timeout: 5", "timeout", "5 is not of type string"),
        ("timeout: 5 parsecs", "timeout", "'5 parsecs' is not a duration"),
        ("timeout: 0s", "timeout", "a timeout of nothing ends every attempt"),
        ("timeout: 9000h", "timeout", "'9000h' is longer than a year"),
        ("retry: 3", "retry", "3 is not of type object or null"),
        ("retry: {max_attempts: 0}", "retry.max_attempts", "0 is less than the minimum of 1"),
        ("retry: {attempts: 2}", "retry.attempts", "unknown key"),
        ("retry: {delay: soon}", "retry.delay", "'soon' is not a duration"),
        ("retry: {multiplier: 0.5}", "retry.multiplier", "0.5 is less than the minimum of 1"),
        ("fallback: {}", "fallback", "{} should be non-empty"),
        ("fallback: {node: a, output: 1}", "fallback", "{'node': 'a', 'output': 1} has too many"),
        ("fallback: {node: nobody}", "fallback.node", "there is no node 'nobody'"),
        ("ends: done", "ends", "'done' is not of type array"),
    ],
)
def test_what_is_wrong_with_the_care_for_a_node_is_said_at_its_place(load, line, path, message):
    found = problems_of(load, f"name: bad\nnodes:\n  - name: a\n    type: echo\n    {line}\n")
    assert [(at, said[: len(message)]) for _, _, at, said, _ in found] == [
        (f"nodes[0].{path}", message)
    ]
    assert found[0][0] == 5


def test_two_connections_for_one_action_of_a_node_are_refused(load):
    found = problems_of(
        load,
        """\
        name: twice
        nodes: [{name: a, type: echo}, {name: b, type: echo}]
        connections:
          - {from: a, to: b}
          - {from: a, to: a, action: default}
        """,
    )
    assert [(line, path) for line, _, path, *_ in found] == [(5, "connections[1]")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "name: x",
        "name: x\nnodes: []",
        "name: x\nnodes: [1]",
        "name: x\nnodes: {a: b}",
        "name: [x]\nnodes: [{name: 1, type: echo}]",
        "name: x\nnodes: [{name: a, type: echo, config: [1]}]",
        "name: x\nnodes: [{name: a, type: echo}]\nconnections: {from: a}",
        "name: x\nnodes: [{name: a, type: echo}]\nconnections: [{from: [a], to: {b: c}}]",
        "name: x\nnodes: [{name: a, type: conditional}]",
        "name: x\nnodes: [{name: a, type: conditional, config: {conditions: [{if: 1, then: b}]}}]",
        "name: x\nnodes: [{name: a, type: template, config: {template: a, output_format: xml}}]",
    ],
)
def test_files_of_a_wrong_shape_are_refused_with_a_place(load, text):
    assert all(line is not None or text == "" for line, *_ in problems_of(load, text))


def test_a_file_that_is_not_there_is_an_invalid_workflow(tmp_path):
    with pytest.raises(InvalidWorkflow, match=r"missing\.yaml: No such file"):
        Workflow.load(tmp_path / "missing.yaml")


def test_empty_config_and_connections_count_as_left_out(load):
    workflow = load(
        """\
        name: empty
        nodes:
          - name: a
            type: echo
            config:
          - {name: b, type: echo}
        connections: []
        """
    )
    assert [step.node for step in workflow.run(1).path] == ["a", "b"]


def test_what_the_file_says_of_itself_is_kept(load):
    spec = load(
        """\
        name: labelled
        description: For a test
        version: 1.5
        metadata: {team: blue}
        nodes: [{name: a, type: echo}]
        """
    ).spec
    assert (spec.name, spec.description, spec.version) == ("labelled", "For a test", "1.5")
    assert spec.metadata == {"team": "blue"}
    assert spec.start == "a"


def warnings_of(workflow: Workflow) -> list[tuple[int | None, str, str | None]]:
    return [(warning.place.line, warning.message, warning.hint) for warning in workflow.warnings]


def test_an_action_that_leads_nowhere_is_a_warning_with_the_nearest_name(load):
    workflow = load(
        """\
        name: nowhere
        nodes:
          - name: route
            type: conditional
            config:
              conditions:
                - if: "{{.ok}}"
                  then: thank-customr
          - name: thank-customer
            type: echo
        """
    )
    assert warnings_of(workflow) == [
        (
            8,
            "action 'thank-customr' leads nowhere, so the run ends there",
            "did you mean 'thank-customer'?",
        )
    ]


def test_a_node_that_nothing_leads_to_is_a_warning(load):
    workflow = load(
        """\
        name: orphan
        nodes: [{name: a, type: echo}, {name: b, type: echo}, {name: c, type: echo}]
        connections: [{from: a, to: c}]
        """
    )
    assert [(line, message) for line, message, _ in warnings_of(workflow)] == [
        (2, "nothing known leads to node 'b'")
    ]


def test_a_connection_for_an_action_that_never_comes_is_a_warning(load):
    workflow = load(
        """\
        name: vain
        nodes: [{name: a, type: echo}, {name: b, type: echo}]
        connections:
          - {from: a, to: b, action: defualt}
        """
    )
    assert (4, "node 'a' never answers 'defualt'", "did you mean 'default'?") in warnings_of(
        workflow
    )


def test_a_connection_for_failures_is_no_warning(load):
    workflow = load(
        """\
        name: caught
        nodes: [{name: a, type: echo}, {name: b, type: echo}]
        connections:
          - {from: a, to: b, action: error}
        """
    )
    assert workflow.warnings == ()


def test_an_action_that_ends_the_run_and_is_meant_to_is_no_warning(load):
    text = """\
        name: meant
        nodes:
          - name: route
            type: conditional
            ends: [done]
            config: {conditions: [{if: "{{.ok}}", then: done}]}
        """
    assert warnings_of(load(text)) == []


def test_an_end_that_never_comes_is_a_warning(load):
    workflow = load("name: w\nnodes: [{name: a, type: echo, ends: [defualt]}]")
    assert warnings_of(workflow) == [
        (2, "node 'a' never answers 'defualt'", "did you mean 'default'?")
    ]


def test_a_timeout_that_is_refused_hides_nothing(load):
    found = problems_of(
        load,
        """\
        name: both
        nodes:
          - name: a
            type: validate
            timeout: 1s
            config: {schema: {type: objct}}
        """,
    )
    assert [(line, path) for line, _, path, _, _ in found] == [
        (5, "nodes[0].timeout"),
        (6, "nodes[0].config"),
    ]


def test_an_action_cannot_end_the_run_and_be_connected(load):
    found = problems_of(
        load,
        """\
        name: both
        nodes: [{name: a, type: echo, ends: [default]}, {name: b, type: echo, x: 1}]
        connections:
          - {from: a, to: b}
        """,
    )
    assert [(line, text) for line, _, _, text, _ in found] == [
        (2, "unknown key"),
        (4, "node 'a' has 'default' among its 'ends'"),
    ]


def test_a_connection_for_failures_that_a_fallback_takes_is_a_warning(load):
    workflow = load(
        """\
        name: both
        nodes: [{name: a, type: echo, fallback: {output: 1}}, {name: b, type: echo}]
        connections:
          - {from: a, to: b, action: error}
        """
    )
    assert warnings_of(workflow)[-1][:2] == (
        4,
        "node 'a' has a fallback, so its failures never come here",
    )


def test_variables_are_replaced_in_every_text(load, monkeypatch):
    monkeypatch.setenv("POCKET_TEST_TIMEOUT", "90s")
    spec = load(
        "name: ${POCKET_TEST_NAME:unnamed}\n"
        "nodes: [{name: a, type: echo, timeout: '${POCKET_TEST_TIMEOUT}'}]"
    ).spec
    assert (spec.name, spec.nodes[0].timeout_s) == ("unnamed", 90)
