"""`echo` gives back what arrives."""

from __future__ import annotations

import pytest

from nodes.conftest import Run
from pocket.errors import NodeError


@pytest.mark.parametrize("value", [None, 0, "", [], {"a": [{"b": None}]}, "{{.x}}", "\x1b[2J"])
def test_the_input_comes_back_as_it_was(run: Run, value):
    output = run("echo", value).output
    assert output == {"message": "", "input": value, "node": "only"}


def test_the_message_is_rendered_once(run: Run):
    value = {"text": "{{.secret}}", "secret": "s"}
    assert run("echo", value, message="<{{.text}}>").output["message"] == "<{{.secret}}>"


def test_a_message_that_cannot_be_rendered_fails_the_node(run: Run):
    with pytest.raises(NodeError, match=r"^message:1:3: no field 'x': the value is not a map"):
        run("echo", [1], message="{{.x}}")
