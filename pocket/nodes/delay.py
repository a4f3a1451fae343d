"""`delay`: waits, and passes its input on."""

from __future__ import annotations

from pocket.document import JSON
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope


def prepare(config: Config) -> NodeCall:
    """Make a delay node."""
    seconds: float = config["duration"]

    def call(value: JSON, scope: Scope) -> Answer:
        scope.pause(seconds)
        return Answer(value)

    return call


DELAY = BuiltinType(
    NodeMetadata(
        type="delay",
        category="flow",
        description="Waits, and gives its input back",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "duration": {
                    "type": "string",
                    "format": "duration",
                    "default": "1s",
                    "description": "How long, like 300ms, 1.5s or 1h30m",
                }
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="A short pause", config={"duration": "10ms"}, input={"x": 1}, output={"x": 1}
            ),
        ),
    ),
    prepare,
)
