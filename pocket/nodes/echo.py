"""`echo`: shows what arrives at a place in a workflow."""

from __future__ import annotations

from pocket.document import JSON
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text


def prepare(config: Config) -> NodeCall:
    """Make an echo node."""
    message: Text = config["message"]

    def call(value: JSON, scope: Scope) -> Answer:
        return Answer({"message": message(value, scope), "input": value, "node": scope.node})

    return call


ECHO = BuiltinType(
    NodeMetadata(
        type="echo",
        category="core",
        description="Gives its input back with a message and the node's name",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "message": {
                    "type": "string",
                    "format": "template",
                    "default": "",
                    "description": "A text to go with the input",
                }
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["message", "input", "node"],
            "properties": {"message": {"type": "string"}, "node": {"type": "string"}},
        },
        examples=(
            Example(
                name="Greet",
                config={"message": "Hello {{.name}}"},
                input={"name": "Ada"},
                output={"message": "Hello Ada", "input": {"name": "Ada"}, "node": "greet"},
            ),
        ),
    ),
    prepare,
)
