"""`transform`: gives what a jq filter makes of its input."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pocket.document import JSON
from pocket.errors import InvalidInput, InvalidWorkflow
from pocket.nodes.builtin import Config
from pocket.nodes.interpreted import InterpretedType
from pocket.nodes.interpreter import Interpreter
from pocket.nodes.plugin import PluginHost
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.code import Code
from pocket.workflow.config import HostNeeded
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope


def prepare(host: PluginHost | None, config: Config) -> NodeCall:
    """Make a transform node."""
    code: Code | None = config.get("jq")
    if code is None:
        if config["multiple"]:
            raise InvalidInput("multiple says how many results of a filter are meant; give jq")
        return _wrap
    if host is None:
        raise HostNeeded
    interpreter = Interpreter.on(host, "jq")
    _check(interpreter, code)
    program: dict[str, JSON] = {"jq": code.text, "multiple": config["multiple"]}
    timeout_s: float = config["timeout"]

    def call(value: JSON, scope: Scope) -> Answer:
        return Answer(interpreter.run("transform", program, value, scope, timeout_s))

    return call


def _check(interpreter: Interpreter, code: Code) -> None:
    problems: Any = interpreter.check(code.text)
    if problems:
        raise InvalidWorkflow(
            code.problem(problem["message"], problem["offset"]) for problem in problems
        )


def _wrap(value: JSON, scope: Scope) -> Answer:
    timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    wrapped: JSON = {
        "transformed": True,
        "original": value,
        "timestamp": timestamp,
        "node": scope.node,
    }
    return Answer(wrapped)


TRANSFORM = InterpretedType(
    NodeMetadata(
        type="transform",
        category="data",
        description="Gives what a jq filter makes of its input",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "jq": {
                    "type": "string",
                    "format": "code",
                    "description": "The filter. Without it the output is the input, wrapped with "
                    "the time and the node's name",
                },
                "multiple": {
                    "type": "boolean",
                    "default": False,
                    "description": "Give a list of all results. Without it several results are an "
                    "error, and none is null",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "default": "30s",
                    "description": "For one run of the filter, an hour at most",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="What is worth most",
                config={"jq": "{total: (map(.price) | add), best: max_by(.price).name}"},
                input=[{"name": "pen", "price": 2}, {"name": "book", "price": 12}],
                output={"total": 14, "best": "book"},
            ),
            Example(
                name="Every name",
                config={"jq": ".users[] | select(.active) | .name", "multiple": True},
                input={"users": [{"name": "Ada", "active": True}, {"name": "Bob"}]},
                output=["Ada"],
            ),
            Example(
                name="No filter",
                config={},
                input={"value": 42},
                output={
                    "transformed": True,
                    "original": {"value": 42},
                    "timestamp": "2026-01-01T00:00:00Z",
                    "node": "greet",
                },
            ),
        ),
    ),
    prepare,
)
