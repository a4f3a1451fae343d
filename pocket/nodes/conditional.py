"""`conditional`: chooses the next node by the first condition that holds."""

from __future__ import annotations

from pocket.document import JSON
from pocket.errors import NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import DEFAULT_ACTION, Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text

_TRUE = ("true", "1")


def prepare(config: Config) -> NodeCall:
    """Make a conditional node."""
    conditions = [(condition["if"], condition["then"]) for condition in config["conditions"]]
    otherwise: str = config.get("else", DEFAULT_ACTION)
    forgiving = config["on_error"] == "else"

    def call(value: JSON, scope: Scope) -> Answer:
        try:
            return Answer(value, _first(conditions, value, scope) or otherwise)
        except NodeError:
            if forgiving:
                return Answer(value, otherwise)
            raise

    return call


def _first(conditions: list[tuple[Text, str]], value: JSON, scope: Scope) -> str | None:
    for condition, action in conditions:
        if condition(value, scope).strip() in _TRUE:
            return action
    return None


def actions(config: Config) -> frozenset[str]:
    """Give every `then`, and `else`."""
    chosen = {condition["then"] for condition in config["conditions"]}
    return frozenset({*chosen, config.get("else", DEFAULT_ACTION)})


_ACTION: dict[str, JSON] = {"type": "string", "minLength": 1}

CONDITIONAL = BuiltinType(
    NodeMetadata(
        type="conditional",
        category="flow",
        description="Chooses the next node by the first condition that holds",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["conditions"],
            "properties": {
                "conditions": {
                    "type": "array",
                    "description": "Tried in order",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["if", "then"],
                        "properties": {
                            "if": {
                                "type": "string",
                                "format": "template",
                                "description": "Holds where it renders true or 1",
                            },
                            "then": {**_ACTION, "description": "The action, or a node's name"},
                        },
                    },
                },
                "else": {
                    **_ACTION,
                    "description": "The action where nothing holds; default if left out",
                },
                "on_error": {
                    "enum": ["error", "else"],
                    "default": "error",
                    "description": "What a condition that cannot be rendered leads to",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="By sentiment",
                config={
                    "conditions": [{"if": '{{eq .sentiment "positive"}}', "then": "thank"}],
                    "else": "archive",
                },
                input={"sentiment": "positive"},
                output={"sentiment": "positive"},
            ),
        ),
    ),
    prepare,
    actions,
)
