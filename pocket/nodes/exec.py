"""`exec`: runs a command of the system."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from pocket.document import JSON
from pocket.errors import InvalidInput, NodeError
from pocket.masking import masked
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.units import format_bytes, format_duration, parse_bytes
from pocket.workflow.folder import Folder
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text

if TYPE_CHECKING:
    from pocket.nodes.command import Ended

_INHERITED: Final = ("PATH", "HOME", "LANG")
_MAX_OUTPUT: Final = 10_000_000
"""Most of one stream; a node's output has about the same cap."""
_SAID_CHARS: Final = 500
"""How much of stderr the failure of a node repeats; its end says most."""


def prepare(config: Config) -> NodeCall:
    """Make an exec node."""
    from pocket.nodes.command import Command

    command: str = config["command"]
    if command not in config.get("allowed_commands", [command]):
        raise InvalidInput(f"command {command!r} is not among allowed_commands")
    args: list[Text] = config.get("args", [])
    folder: Folder = config["working_dir"]
    timeout_s: float = config["timeout"]
    max_output = _output_bytes(config["max_output"])
    failing: bool = config["fail_on_error"]

    def call(value: JSON, scope: Scope) -> Answer:
        given = [arg(value, scope) for arg in args]
        environ = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environ |= {name: text(value, scope) for name, text in config.get("env", {}).items()}
        argv = [command, *given]
        ended = Command(argv, environ, folder.path, timeout_s, max_output).run(scope)
        if failing and ended.exit_code != 0:
            raise _failure(command, ended)
        return Answer(
            {
                "command": command,
                "args": list(given),
                "exit_code": ended.exit_code,
                "duration": format_duration(round(ended.took_s, 3)),
                "stdout": ended.stdout,
                "stderr": ended.stderr,
            }
        )

    return call


def _output_bytes(text: str) -> int:
    try:
        size = parse_bytes(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise InvalidInput(f"max_output: {message}", hint=hint) from error
    if size > _MAX_OUTPUT:
        raise InvalidInput(f"max_output is more than {format_bytes(_MAX_OUTPUT)}")
    return size


def _failure(command: str, ended: Ended) -> NodeError:
    # Masked before it is cut: half a secret is no secret to a mask.
    end = masked(ended.stderr.strip())[-_SAID_CHARS:]
    return NodeError(
        f"{command!r} ended with exit code {ended.exit_code}{f': {end}' if end else ''}",
        hint="with fail_on_error: false the exit code is part of the output instead",
    )


EXEC = BuiltinType(
    NodeMetadata(
        type="exec",
        category="io",
        description="Runs a command of the system, without a shell",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["command"],
            "properties": {
                "command": {
                    "type": "string",
                    "minLength": 1,
                    "description": "A program's name, which is looked for in PATH, or its path",
                },
                "args": {
                    "type": "array",
                    "items": {"type": "string", "format": "template"},
                    "description": "Templates; each renders to one argument, whatever is in it",
                },
                "env": {
                    "type": "object",
                    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
                    "additionalProperties": {"type": "string", "format": "template"},
                    "description": "Variables, as templates. Besides, the command sees PATH, HOME "
                    "and LANG, and no other",
                },
                "allowed_commands": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "Refuse the file unless `command` is one of these",
                },
                "working_dir": {
                    "type": "string",
                    "format": "folder",
                    "default": ".",
                    "description": "Where it runs; a relative one begins at the folder of the "
                    "workflow file",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "default": "30s",
                    "description": "Kills it and all that it started, and fails the node",
                },
                "max_output": {
                    "type": "string",
                    "default": "1MB",
                    "description": "Most of stdout, and of stderr, at most 9.5MB; a command that "
                    "writes more is killed, and the node fails",
                },
                "fail_on_error": {
                    "type": "boolean",
                    "default": False,
                    "description": "Fail on an exit code other than 0",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["command", "args", "exit_code", "duration", "stdout", "stderr"],
            "properties": {
                "command": {"type": "string"},
                "args": {"type": "array"},
                "exit_code": {"type": "integer"},
                "duration": {"type": "string"},
                "stdout": {"type": "string"},
                "stderr": {"type": "string"},
            },
        },
        examples=(
            Example(
                name="Counting characters",
                config={"command": "expr", "args": ["length", "{{.text}}"]},
                input={"text": "I love it; rm -rf /"},
                output={
                    "command": "expr",
                    "args": ["length", "I love it; rm -rf /"],
                    "exit_code": 0,
                    "duration": "2ms",
                    "stdout": "19\n",
                    "stderr": "",
                },
            ),
        ),
    ),
    prepare,
)
