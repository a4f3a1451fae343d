"""`router` goes where a text says."""

from __future__ import annotations

import pytest

from nodes.conftest import Load, Run
from pocket.errors import NodeError

ROUTES = {"fr": "french", "de": "german"}


def action_of(run: Run, value, **config) -> str:
    result = run("router", value, **config)
    assert result.output == value
    return result.path[0].action


@pytest.mark.parametrize(
    ("language", "action"),
    [("fr", "french"), (" de\n", "german"), ("FR", "other"), ("", "other"), ("french", "other")],
)
def test_only_what_is_listed_is_taken(run: Run, language, action):
    assert action_of(run, language, route="{{.}}", routes=ROUTES, default="other") == action


def test_without_a_default_the_run_goes_on_by_default(run: Run):
    assert action_of(run, "x", route="{{.}}", routes=ROUTES) == "default"


def test_numbers_choose_by_their_text(run: Run):
    assert action_of(run, 2.0, route="{{.}}", routes={"2": "two"}) == "two"


def test_without_routes_the_text_is_the_action(run: Run):
    assert action_of(run, {"to": "x y"}, route="{{.to}}") == "x y"
    assert action_of(run, {}, default="none") == "none"


def test_an_action_has_a_length_that_can_be_kept(run: Run):
    with pytest.raises(NodeError, match="an action of 1001 characters"):
        run("router", "x" * 1001, route="{{.}}")


def test_actions_that_lead_nowhere_are_known_at_load(one: Load):
    found = one("router", route="{{.}}", routes=ROUTES, default="other").warnings
    assert [warning.message.split("'")[1] for warning in found] == ["french", "german", "other"]
    assert one("router", route="{{.}}").warnings == ()
