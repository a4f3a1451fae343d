"""`router`: chooses the next node by a text that it renders."""

from __future__ import annotations

from typing import Final

from pocket.document import JSON
from pocket.errors import NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import DEFAULT_ACTION, Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text

_MAX_ACTION_CHARS: Final = 1000
"""A name that a person gave is far shorter; each step of a run keeps its action."""


def prepare(config: Config) -> NodeCall:
    """Make a router node."""
    route: Text = config["route"]
    routes: dict[str, str] | None = config.get("routes")
    otherwise: str = config["default"]

    def call(value: JSON, scope: Scope) -> Answer:
        text = route(value, scope).strip()
        action = (text or otherwise) if routes is None else routes.get(text, otherwise)
        if len(action) > _MAX_ACTION_CHARS:
            raise NodeError(f"an action of {len(action)} characters is none; list it in 'routes'")
        return Answer(value, action)

    return call


def actions(config: Config) -> frozenset[str] | None:
    """Give the actions in `routes`, and the default; unknown where any text is an action."""
    routes = config.get("routes")
    return None if routes is None else frozenset({*routes.values(), config["default"]})


ROUTER = BuiltinType(
    NodeMetadata(
        type="router",
        category="flow",
        description="Chooses the next node by a text",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "route": {
                    "type": "string",
                    "format": "template",
                    "default": "",
                    "description": "Renders what `routes` is asked for; white space around it goes",
                },
                "routes": {
                    "type": "object",
                    "additionalProperties": {"type": "string", "minLength": 1},
                    "description": "Actions, or names of nodes, by what `route` renders. Without "
                    "it that text is the action itself, so take none from people you do not trust",
                },
                "default": {
                    "type": "string",
                    "minLength": 1,
                    "default": DEFAULT_ACTION,
                    "description": "The action where `routes` has none, or the text is empty",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="By language",
                config={
                    "route": "{{.language | lower}}",
                    "routes": {"fr": "french", "de": "german"},
                    "default": "english",
                },
                input={"language": "FR"},
                output={"language": "FR"},
            ),
        ),
    ),
    prepare,
    actions,
)
