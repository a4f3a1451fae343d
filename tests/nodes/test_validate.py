"""`validate` checks against a schema, and is not to be harmed by what it checks."""

from __future__ import annotations

import json
import time

import pytest

from nodes.conftest import Refused, Run
from pocket.errors import NodeError

ORDER = {
    "type": "object",
    "required": ["id", "items"],
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$"},
        "items": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"$ref": "#/$defs/item"},
        },
    },
    "$defs": {"item": {"type": "object", "required": ["n"], "properties": {"n": {"minimum": 1}}}},
}
GOOD = {"id": "AB12", "items": [{"n": 1}, {"n": 2}]}


def test_what_fits_goes_on(run: Run):
    result = run("validate", GOOD, schema=ORDER)
    assert result.output == {"valid": True, "errors": [], "data": GOOD}
    assert result.path[0].action == "default"


def test_what_does_not_fit_fails_the_node(run: Run):
    with pytest.raises(NodeError, match=r"does not fit .*\(root\): 'items' is a required property"):
        run("validate", {"id": "AB12"}, schema=ORDER)


@pytest.mark.parametrize(("value", "action"), [(GOOD, "valid"), ({}, "invalid")])
def test_it_answers_instead_where_that_is_said(run: Run, value, action):
    assert run("validate", value, schema=ORDER, fail_on_error=False).path[0].action == action


def test_every_error_has_its_place_and_kind(run: Run):
    value = {"id": "x", "items": [{"n": 0}, {}, {}]}
    output = run("validate", value, schema=ORDER, fail_on_error=False).output
    found = {(error["field"], error["type"]) for error in output["errors"]}
    assert found == {
        ("id", "pattern"),
        ("items", "uniqueItems"),
        ("items[0].n", "minimum"),
        ("items[1]", "required"),
        ("items[2]", "required"),
    }
    assert output["data"] == value


def test_there_are_only_so_many_errors_and_none_is_long(run: Run):
    value = ["x" * 100_000] * 1000
    output = run(
        "validate", value, schema={"items": {"type": "integer"}}, fail_on_error=False
    ).output
    assert len(output["errors"]) == 100
    assert all(len(error["description"]) <= 200 for error in output["errors"])


def test_equal_numbers_are_the_same_however_written(run: Run):
    schema = {"uniqueItems": True}
    assert not run("validate", [{"a": 1}, {"a": 1.0}], schema=schema, fail_on_error=False).output[
        "valid"
    ]
    assert run("validate", [1, True, "1", [1], 0, False], schema=schema).output["valid"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"pattern": "^(a+)+$"}, "a" * 5000 + "b"),
        ({"pattern": "(a|aa)+$"}, "a" * 5000 + "b"),
        ({"uniqueItems": True}, [{"a": index, "b": [index]} for index in range(50_000)]),
        ({"items": {"enum": [*range(100)]}}, [-1] * 100_000),
    ],
)
def test_no_input_keeps_it_busy(run: Run, schema, value):
    started_s = time.monotonic()
    run("validate", value, schema=schema, fail_on_error=False)
    assert time.monotonic() - started_s < 5


def test_patterns_look_at_so_much_text_only(run: Run):
    with pytest.raises(NodeError, match="at most at 300000 characters"):
        run("validate", ["a" * 100_000] * 4, schema={"items": {"pattern": "^b"}})


def test_a_value_nested_deep_is_checked_or_refused(run: Run):
    value: list = []
    for _ in range(800):
        value = [value]
    with pytest.raises(NodeError, match="nested too deep"):
        run("validate", value, schema={"items": {"$ref": "#"}})


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "text"}, "not a JSON Schema: type: 'text' is not valid"),
        ({"$ref": "https://example.com/schema.json"}, "no other document is read"),
        ({"$ref": "other.json"}, "no other document is read"),
        ({"$ref": "#/$defs/none"}, "leads to nothing"),
        ({"items": {"$id": "https://example.com"}}, "$id is not taken"),
        ({"properties": {"a": {"pattern": "(?=a)"}}}, "is no regular expression of Go"),
        ({"anyOf": [{"patternProperties": {"a": {}}}]}, "patternProperties is not taken"),
    ],
)
def test_a_schema_that_is_none_or_asks_too_much_is_refused_at_load(refused: Refused, schema, said):
    assert said in refused("validate", schema=schema)


def test_an_enum_may_hold_what_looks_like_a_reference(run: Run):
    schema = {"enum": [{"$ref": "https://example.com"}]}
    assert run("validate", {"$ref": "https://example.com"}, schema=schema).output["valid"]


@pytest.mark.parametrize("write", [json.dumps, "type: object\nrequired: [id, items] # {}".format])
def test_a_schema_can_stand_in_a_file_beside_the_workflow(run: Run, refused, tmp_path, write):
    (tmp_path / "order.yaml").write_text(write(ORDER))
    with pytest.raises(NodeError, match="'items' is a required property"):
        run("validate", {"id": "AB12"}, schema_file="order.yaml")
    (tmp_path / "order.yaml").write_text("type: [")
    assert "schema_file:2:1" in refused("validate", schema_file="order.yaml")


def test_exactly_one_schema_is_needed(refused: Refused):
    assert "give either schema or schema_file" in refused("validate")


def test_true_and_false_are_schemas(run: Run):
    assert run("validate", 1, schema=True).output["valid"]
    assert not run("validate", 1, schema=False, fail_on_error=False).output["valid"]


def test_what_is_wrong_with_a_schema_is_said_with_its_place(refused: Refused):
    said = refused("validate", schema={"properties": {"a": {"type": "objekt"}}})
    assert "not a JSON Schema: properties.a.type: 'objekt'" in said
