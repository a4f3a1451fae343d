"""`conditional` takes the first condition that holds."""

from __future__ import annotations

import pytest

from nodes.conftest import Run
from pocket.errors import NodeError


def action_of(run: Run, value, *conditions: str, **config) -> str:
    listed = [{"if": text, "then": f"c{index}"} for index, text in enumerate(conditions)]
    result = run("conditional", value, conditions=listed, **config)
    assert result.output == value
    return result.path[0].action


def test_the_first_that_holds_wins(run: Run):
    assert action_of(run, {"x": 5}, "{{gt .x 9}}", "{{gt .x 1}}", "{{gt .x 2}}") == "c1"


def test_where_none_holds_else_is_taken(run: Run):
    assert action_of(run, 1, "false", "0", "") == "default"
    assert action_of(run, 1, "false", **{"else": "other"}) == "other"
    assert action_of(run, 1) == "default"


@pytest.mark.parametrize(
    ("rendered", "holds"),
    [
        ("true", True),
        ("1", True),
        (" true\n", True),
        ("{{.one}}", True),
        ("{{true}}", True),
        ("True", False),
        ("yes", False),
        ("11", False),
        ("truetrue", False),
        ("<no value>", False),
        ("", False),
    ],
)
def test_only_true_and_1_hold(run: Run, rendered, holds):
    assert action_of(run, {"one": 1.0}, rendered) == ("c0" if holds else "default")


def test_a_field_that_is_missing_is_no_failure(run: Run):
    assert action_of(run, {}, "{{.missing}}", '{{eq .missing "x"}}', "{{not .missing}}") == "c2"


def test_a_condition_that_fails_fails_the_node(run: Run):
    with pytest.raises(NodeError, match=r"conditions\[1\]\.if:1:3: .*cannot order number and text"):
        action_of(run, {"x": "text"}, "{{.y}}", "{{gt .x 5}}")


def test_a_condition_that_fails_leads_to_else_where_that_is_said(run: Run):
    options = {"on_error": "else", "else": "other"}
    assert action_of(run, {"x": "text"}, "{{gt .x 5}}", "true", **options) == "other"


def test_a_condition_after_the_one_that_holds_is_not_tried(run: Run):
    assert action_of(run, {"x": "text"}, "true", "{{gt .x 5}}") == "c0"
