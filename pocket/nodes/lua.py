"""`lua`: gives what a Lua script returns."""

from __future__ import annotations

from pathlib import PurePath
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
from pocket.workflow.node import DEFAULT_ACTION, Answer, NodeCall
from pocket.workflow.scope import Scope


def prepare(host: PluginHost | None, config: Config) -> NodeCall:
    """Make a lua node."""
    if ("script" in config) == ("file" in config):
        raise InvalidInput("give either script or file")
    code: Code = config.get("script") or config["file"]
    if host is None:
        raise HostNeeded
    interpreter = Interpreter.on(host, "lua")
    # So the lines that Lua names are lines of the file.
    name = PurePath(code.place.path).name
    program: dict[str, JSON] = {"text": code.text, "name": name, "line": code.line}
    _check(interpreter, code, program)
    timeout_s: float = config["timeout"]

    def call(value: JSON, scope: Scope) -> Answer:
        returned: Any = interpreter.run("run", program, value, scope, timeout_s)
        if returned is None:
            return Answer(value)
        return Answer(returned["output"], returned["action"] or DEFAULT_ACTION)

    return call


def _check(interpreter: Interpreter, code: Code, program: JSON) -> None:
    wrong: Any = interpreter.check(program)
    if wrong is not None:
        raise InvalidWorkflow([code.problem_in_line(wrong["message"], wrong["line"])])


def _any_action(_: Config) -> None:
    return None


LUA = InterpretedType(
    NodeMetadata(
        type="lua",
        category="script",
        description="Gives what a Lua 5.4 script returns",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "script": {
                    "type": "string",
                    "format": "code",
                    "description": "The script. `input` is the node's input; the first value that "
                    "it returns is the output, the second the action. Without any the output is "
                    "the input",
                },
                "file": {
                    "type": "string",
                    "format": "code-file",
                    "description": "A file beside the workflow that has the script",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "default": "30s",
                    "description": "For one run of the script, an hour at most",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="A total",
                config={
                    "script": "local total = 0\n"
                    "for _, item in ipairs(input.items) do\n"
                    "  total = total + item.price * item.quantity\n"
                    "end\n"
                    "return {total = total, count = #input.items}\n"
                },
                input={"items": [{"price": 5, "quantity": 2}, {"price": 1, "quantity": 3}]},
                output={"total": 13, "count": 2},
            ),
            Example(
                name="An action",
                config={"script": 'return input, input.score > 0.8 and "high" or "low"'},
                input={"score": 0.9},
                output={"score": 0.9},
            ),
        ),
    ),
    prepare,
    _any_action,
)
