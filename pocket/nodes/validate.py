"""`validate`: holds its input against a JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from pocket.document import JSON, parse_document, path_text
from pocket.errors import InvalidDocument, InvalidInput, NodeError
from pocket.nodes.builtin import BuiltinType, Config, only_default
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope

if TYPE_CHECKING:
    from jsonschema import ValidationError

MAX_ERRORS: Final = 100
"""More of them help nobody to mend an input."""
_MAX_DESCRIPTION: Final = 200
_SAID: Final = 3
"""How many errors the failure of a node names."""


def prepare(config: Config) -> NodeCall:
    """Make a validate node."""
    from pocket.nodes.json_schema import SchemaCheck

    check = SchemaCheck(_schema(config))
    failing: bool = config["fail_on_error"]

    def call(value: JSON, _: Scope) -> Answer:
        errors = _described(check.errors(value, MAX_ERRORS))
        if failing and errors:
            raise _failure(errors)
        action = "default" if failing else "invalid" if errors else "valid"
        return Answer({"valid": not errors, "errors": errors, "data": value}, action)

    return call


def actions(config: Config) -> frozenset[str]:
    """Give valid and invalid where an invalid input is no failure."""
    return only_default(config) if config["fail_on_error"] else frozenset({"valid", "invalid"})


def _schema(config: Config) -> JSON:
    if ("schema" in config) == ("schema_file" in config):
        raise InvalidInput("give either schema or schema_file")
    if "schema" in config:
        schema: JSON = config["schema"]
        return schema
    try:
        return parse_document(config["schema_file"], "schema_file", error=InvalidDocument).data
    except InvalidDocument as error:
        raise InvalidInput(str(error)) from error


def _described(errors: Iterable[ValidationError]) -> list[JSON]:
    return [
        {
            "field": path_text(tuple(error.absolute_path)) or "(root)",
            "type": str(error.validator),
            "description": f"{error.message:.{_MAX_DESCRIPTION}}",
        }
        for error in errors
    ]


def _failure(errors: list[Any]) -> NodeError:
    said = "; ".join(f"{error['field']}: {error['description']}" for error in errors[:_SAID])
    more = f"; and {len(errors) - _SAID} more" if len(errors) > _SAID else ""
    return NodeError(
        f"the input does not fit the schema: {said}{more}",
        hint="with fail_on_error: false the node answers valid or invalid instead",
    )


VALIDATE = BuiltinType(
    NodeMetadata(
        type="validate",
        category="data",
        description="Checks its input against a JSON Schema (draft 2020-12)",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "schema": {
                    "type": ["object", "boolean"],
                    "description": "The schema. Patterns are Go's regular expressions, references "
                    "stay within it, and there is no patternProperties",
                },
                "schema_file": {
                    "type": "string",
                    "format": "file",
                    "description": "A file beside the workflow that has it, as YAML or JSON",
                },
                "fail_on_error": {
                    "type": "boolean",
                    "default": True,
                    "description": "Whether the node fails on an input that does not fit; else it "
                    "answers valid or invalid",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["valid", "errors", "data"],
            "properties": {"valid": {"type": "boolean"}, "errors": {"type": "array"}},
        },
        examples=(
            Example(
                name="An order",
                config={
                    "schema": {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": {"type": "integer"}, "note": {"maxLength": 5}},
                    },
                    "fail_on_error": False,
                },
                input={"id": "7", "note": "short"},
                output={
                    "valid": False,
                    "errors": [
                        {
                            "field": "id",
                            "type": "type",
                            "description": "'7' is not of type 'integer'",
                        }
                    ],
                    "data": {"id": "7", "note": "short"},
                },
            ),
        ),
    ),
    prepare,
    actions,
    timed=False,
)
