"""`template`: makes a text, or a value written as one, out of its input."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from pocket.document import JSON, parse_document
from pocket.errors import InvalidDocument, InvalidInput, NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text


def prepare(config: Config) -> NodeCall:
    """Make a template node."""
    if ("template" in config) == ("template_file" in config):
        raise InvalidInput("give either template or template_file")
    template: Text = config.get("template") or config["template_file"]
    decode = _DECODERS[config["output_format"]]

    def call(value: JSON, scope: Scope) -> Answer:
        return Answer(decode(template(value, scope)))

    return call


def _as_is(text: str) -> JSON:
    return text


def _from_json(text: str) -> JSON:
    try:
        value: JSON = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NodeError(
            f"the rendered text is not JSON: {error}", hint=f"it begins {text:.60}"
        ) from error
    return value


def _from_yaml(text: str) -> JSON:
    try:
        return parse_document(text, "rendered text", error=InvalidDocument).data
    except InvalidDocument as error:
        raise NodeError(f"the rendered text is not YAML: {error}") from error


_DECODERS: dict[str, Callable[[str], JSON]] = {
    "string": _as_is,
    "json": _from_json,
    "yaml": _from_yaml,
}

TEMPLATE = BuiltinType(
    NodeMetadata(
        type="template",
        category="data",
        description="Renders a template",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "template": {
                    "type": "string",
                    "format": "template",
                    "description": "A Go text/template; . is the node's input",
                },
                "template_file": {
                    "type": "string",
                    "format": "template-file",
                    "description": "A file beside the workflow that has the template",
                },
                "output_format": {
                    "enum": list(_DECODERS),
                    "default": "string",
                    "description": "What the rendered text is: kept as it is, or decoded",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="A sentence",
                config={"template": "{{.name}} has {{len .items}} items"},
                input={"name": "Ada", "items": [1, 2]},
                output="Ada has 2 items",
            ),
            Example(
                name="A new value",
                config={"template": '{"total": {{.sum}}}', "output_format": "json"},
                input={"sum": 6.0},
                output={"total": 6},
            ),
        ),
    ),
    prepare,
)
