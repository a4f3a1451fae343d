"""Configs of nodes: completed by defaults, held against their schema."""

from __future__ import annotations

import pytest

from pocket.errors import InvalidInput
from pocket.plugin.config import complete_config, with_defaults

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["threshold"],
    "properties": {
        "threshold": {"type": "number", "default": 0.1, "maximum": 1},
        "words": {"type": "object", "properties": {"good": {"type": "array", "default": ["love"]}}},
        "name": {"type": "string"},
    },
}


def test_missing_properties_get_their_defaults_and_the_given_ones_stay() -> None:
    given = {"words": {}}
    assert complete_config(given, SCHEMA, "node") == {"threshold": 0.1, "words": {"good": ["love"]}}
    assert given == {"words": {}}
    assert complete_config({"threshold": 1}, SCHEMA, "node") == {"threshold": 1}
    assert with_defaults([], SCHEMA) == []


def test_every_violation_is_told_with_its_path() -> None:
    with pytest.raises(InvalidInput) as raised:
        complete_config({"threshold": "x", "words": {"good": 1}, "no": 1}, SCHEMA, "node 'a'")
    assert str(raised.value).splitlines() == [
        "node 'a': config: Additional properties are not allowed ('no' was unexpected)",
        "node 'a': config.threshold: 'x' is not of type 'number'",
        "node 'a': config.words.good: 1 is not of type 'array'",
    ]


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"type": "object", "properties": {}}])
def test_a_schema_that_says_nothing_takes_everything(schema: dict) -> None:
    assert complete_config({"a": [1]}, schema, "node") == {"a": [1]}
