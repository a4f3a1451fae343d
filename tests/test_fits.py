"""The fast check of a schema says what the thorough one says."""

from __future__ import annotations

from random import Random

import jsonschema

from pocket.schema import fits, is_schema

NAMES = ["a", "b", "c"]
KINDS = ["null", "boolean", "integer", "number", "string", "array", "object"]
SCALARS = [None, True, False, 0, 1, 1.0, -2.5, 3, 10**30, "", "a", "ab", "\U0001f600", "b\n", "7"]
CASES = 300


def value_of(random: Random, depth: int = 3):
    kind = random.randrange(6) if depth else 0
    if kind < 3:
        return random.choice(SCALARS)
    inner = [value_of(random, depth - 1) for _ in range(random.randrange(3))]
    return inner if kind < 5 else dict(zip(random.sample(NAMES, 3), inner, strict=False))


def schema_of(random: Random, depth: int = 3):
    """Give a schema with up to three keywords, each on what they most likely are about."""
    if not depth or random.random() < 0.1:
        return random.choice([True, False, {}, {"type": random.choice(KINDS)}])
    schemas = [schema_of(random, depth - 1) for _ in range(random.randint(1, 2))]
    inner, size, number = schemas[0], random.randrange(3), random.choice([-1, 0.5, 1, 10**30])
    keywords = {
        "type": random.choice([random.choice(KINDS), random.sample(KINDS, 2)]),
        "properties": dict(zip(NAMES, schemas, strict=False)),
        "required": random.sample(NAMES, 1),
        "additionalProperties": inner,
        "propertyNames": inner,
        "dependentRequired": {"a": ["b"]},
        "unevaluatedProperties": inner,
        "items": inner,
        "prefixItems": schemas,
        "contains": inner,
        "uniqueItems": random.random() < 0.8,
        "enum": [value_of(random), value_of(random)],
        "const": value_of(random),
        "minimum": number,
        "exclusiveMaximum": number,
        "multipleOf": random.choice([1, 2, 0.5]),
        "pattern": random.choice(["^a", "b", "^[a-z]+"]),
        "allOf": schemas,
        "anyOf": schemas,
        "oneOf": schemas,
        "not": inner,
        "if": inner,
        "then": schemas[-1],
        "else": inner,
    } | dict.fromkeys(
        ("minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength"), size
    )
    return {name: keywords[name] for name in random.sample(sorted(keywords), random.randint(1, 3))}


def test_what_fits_is_what_has_no_violation() -> None:
    random = Random(20)
    valid = 0
    for _ in range(CASES):
        schema, value = schema_of(random), value_of(random)
        schema = schema if isinstance(schema, dict) else {"not": schema}
        expected = jsonschema.Draft202012Validator(schema).is_valid(value)
        assert fits(value, schema) == expected, (schema, value)
        valid += expected
    assert CASES / 4 < valid < CASES * 3 / 4, "the cases say little"


def test_what_is_a_schema_has_no_violation_of_the_metaschema() -> None:
    random = Random(20)
    for _ in range(CASES):
        schema = schema_of(random)
        if isinstance(schema, dict):
            schema |= {random.choice(["type", "items", "required", "enum"]): value_of(random)}
            if is_schema(schema):
                jsonschema.Draft202012Validator.check_schema(schema)


def test_what_cannot_be_told_does_not_fit() -> None:
    assert not fits({1: "a key that is no text"}, {"type": "object"})
    assert not fits(1, {"$ref": "https://example.com/never-fetched"})
    assert not is_schema({"type": "strin"})
