"""The JSON Schemas that a plugin gives: held to what a host can check without being harmed.

A pattern of a stranger can keep Python's `re` busy for ever, a reference can make a check endless
or ask the network, and `unevaluated` keywords within each other double the work with each level, so
none is taken. Neither is `$schema` within a schema: another draft has other keywords.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import orjson

from pocket.document import JSON
from pocket.schema import is_schema
from pocket.units import format_bytes

REFUSED: Final = frozenset(
    {
        "pattern",
        "patternProperties",
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "$id",
        "$anchor",
        "$dynamicAnchor",
        "$vocabulary",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
MAX_DEPTH: Final = 32
"""Schemas within each other; a form that a person fills in has five."""
MAX_SCHEMAS: Final = 1000
"""Nested schemas in one; a form that a person fills in has dozens."""
MAX_BYTES: Final = 64 << 10
"""Of a schema as JSON; every check of a config may have to look at all of it."""
MAX_DEFAULT_BYTES: Final = 4 << 10
"""Of all defaults together: they are checked each time, a thousand schemas may be about one."""

_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS: Final = frozenset({"properties", "dependentSchemas", "$defs", "definitions"})
_SCHEMAS: Final = frozenset(
    {
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
    }
)


def unsafe_schema(schema: Mapping[str, JSON]) -> str | None:
    """Say why a schema is not taken, or None for one that is.

    Args:
        schema: any mapping that came as JSON.
    """
    waiting: list[tuple[Mapping[str, JSON], int]] = [(schema, 0)]
    seen = defaults = 0
    while waiting:
        current, depth = waiting.pop()
        seen += 1
        refused = sorted(REFUSED.intersection(current))
        if refused:
            return f"the keyword {refused[0]} is not taken from plugins"
        if depth and "$schema" in current:
            return "the keyword $schema is taken at the top alone"
        defaults += _size(current["default"]) or 0 if "default" in current else 0
        if defaults > MAX_DEFAULT_BYTES:
            return f"defaults of more than {format_bytes(MAX_DEFAULT_BYTES)} together"
        if depth > MAX_DEPTH or seen > MAX_SCHEMAS:
            return f"more than {MAX_SCHEMAS} schemas, or {MAX_DEPTH} deep"
        waiting += [(inner, depth + 1) for inner in _inner(current)]
    size = _size(schema)
    if size is None or size > MAX_BYTES:
        return f"more than {format_bytes(MAX_BYTES)}, or values nested too deep"
    return _malformed(schema)


def _size(value: JSON | Mapping[str, JSON]) -> int | None:
    """Give the bytes of a value as JSON; None where it is nested too deep to be written."""
    try:
        return len(orjson.dumps(value))
    except TypeError:
        return None


def _inner(schema: Mapping[str, JSON]) -> Iterator[Mapping[str, JSON]]:
    for keyword, value in schema.items():
        if keyword in _SCHEMAS:
            candidates: list[JSON] = [value]
        elif keyword in _LISTS and isinstance(value, list):
            candidates = value
        elif keyword in _MAPS and isinstance(value, dict):
            candidates = list(value.values())
        else:
            continue
        yield from (candidate for candidate in candidates if isinstance(candidate, dict))


def _malformed(schema: Mapping[str, JSON]) -> str | None:
    if is_schema(schema):
        return None
    import jsonschema

    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        return f"not a JSON Schema: {error.message:.200}"
    return None
