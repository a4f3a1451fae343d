"""Schemas of plugins: what a host can check without harm is taken, the rest is refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocket.errors import InvalidInput
from pocket.plugin.config import complete_config
from pocket.plugin.schema import MAX_DEPTH, MAX_SCHEMAS, REFUSED, unsafe_schema


def nested(depth: int) -> dict:
    schema: dict = {}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


PLACES = {
    "at the top": lambda inner: inner,
    "in a property": lambda inner: {"properties": {"a": inner}},
    "in items": lambda inner: {"items": inner},
    "in a choice": lambda inner: {"anyOf": [{}, inner]},
    "in a definition": lambda inner: {"$defs": {"a": inner}},
    "in a condition": lambda inner: {"if": {"not": inner}},
    "in prefixItems": lambda inner: {"prefixItems": [inner]},
    "in dependentSchemas": lambda inner: {"dependentSchemas": {"a": inner}},
    "in additionalProperties": lambda inner: {"additionalProperties": inner},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("keyword", sorted(REFUSED))
def test_a_keyword_that_could_harm_the_host_is_refused_wherever_it_stands(
    keyword: str, place: str
) -> None:
    schema = PLACES[place]({keyword: "(a+)+$"})
    assert unsafe_schema(schema) == f"the keyword {keyword} is not taken from plugins"


def test_such_a_word_is_a_property_name_or_a_value_as_any_other() -> None:
    assert unsafe_schema({"properties": {"pattern": {"type": "string"}}}) is None
    assert unsafe_schema({"default": {"$ref": "x"}, "const": {"pattern": "("}}) is None


@pytest.mark.parametrize("place", [name for name in PLACES if name != "at the top"])
def test_no_schema_within_another_is_of_another_draft(place: str) -> None:
    draft = {"$schema": "http://json-schema.org/draft-07/schema#"}
    assert unsafe_schema(draft) is None
    assert "at the top alone" in str(unsafe_schema(PLACES[place](draft)))


def test_defaults_are_small_all_together() -> None:
    def holding(count: int, size: int) -> dict:
        return {"properties": {str(n): {"default": "x" * size} for n in range(count)}}

    assert unsafe_schema(holding(10, 300)) is None
    assert "4KB" in str(unsafe_schema(holding(10, 500)))
    assert "4KB" in str(unsafe_schema({"anyOf": [holding(10, 500)]}))
    assert "64KB" in str(unsafe_schema({"description": "x" * 70_000}))
    assert "too deep" in str(unsafe_schema({"const": json.loads("[" * 300 + "]" * 300)}))


def test_a_schema_may_be_large_but_not_huge() -> None:
    assert unsafe_schema(nested(MAX_DEPTH)) is None
    assert "32 deep" in str(unsafe_schema(nested(MAX_DEPTH + 1)))
    assert "32 deep" in str(unsafe_schema(nested(2000)))
    wide = {"properties": {str(i): {} for i in range(MAX_SCHEMAS)}}
    assert "1000 schemas" in str(unsafe_schema(wide))


@pytest.mark.parametrize(
    "schema", [{"type": 7}, {"type": "strin"}, {"required": "a"}, {"minimum": "x"}]
)
def test_what_is_no_schema_is_refused(schema: dict) -> None:
    assert str(unsafe_schema(schema)).startswith("not a JSON Schema: ")


@settings(derandomize=True, max_examples=100, deadline=2000)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "properties", "items", "anyOf", "not", "enum", "x", "if"]),
                inner,
            )
        ),
        max_leaves=20,
    ).filter(lambda value: isinstance(value, dict))
)
def test_any_mapping_is_taken_or_refused_and_what_is_taken_can_be_used(schema: dict) -> None:
    if unsafe_schema(schema) is None:
        with contextlib.suppress(InvalidInput):
            complete_config({"x": 1}, schema, "node")
