"""The config of a node: checked against its schema, defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pocket.document import JSON
from pocket.errors import InvalidInput
from pocket.schema import fits, violations

_SAYS_NOTHING: tuple[dict[str, JSON], ...] = (
    {},
    {"type": "object"},
    {"type": "object", "properties": {}},
)


def with_defaults(value: JSON, schema: Mapping[str, JSON]) -> JSON:
    """Give `value` with every property that is missing and has a `default` filled in."""
    properties = schema.get("properties")
    if not isinstance(value, dict) or not isinstance(properties, dict):
        return value
    complete = dict(value)
    for name, property_schema in properties.items():
        if not isinstance(property_schema, dict):
            continue
        if name in complete:
            complete[name] = with_defaults(complete[name], property_schema)
        elif "default" in property_schema:
            complete[name] = property_schema["default"]
    return complete


def complete_config(
    config: Mapping[str, JSON], schema: Mapping[str, JSON], what: str
) -> dict[str, JSON]:
    """Give the config as the node will see it.

    Args:
        config: as somebody wrote it.
        schema: the node's configSchema.
        what: names the node in errors.

    Raises:
        InvalidInput: the config does not fit the schema; the message has each violation.
    """
    if schema in _SAYS_NOTHING:
        return dict(config)
    complete = cast("dict[str, JSON]", with_defaults(dict(config), schema))
    if fits(complete, schema):
        return complete
    problems = [f"{what}: {said}" for said in violations(complete, schema)]
    if problems:
        raise InvalidInput("\n".join(problems))
    return complete
