"""Reading what a plugin answered; `docs/abi.md` has the shape."""

from __future__ import annotations

import orjson

from pocket.document import JSON
from pocket.errors import InvalidOutput, OutputTooLarge, PluginError
from pocket.foreign_json import MAX_PARTS, TooManyParts, loads
from pocket.plugin.stack import Stack
from pocket.supervisor.limits import ERROR_CHARS


def read_response(
    payload: bytes, plugin: str, node: str, source_map: bytes | None = None
) -> tuple[JSON, str]:
    """Give a response's output and its `next`.

    Args:
        payload: what the plugin answered.
        plugin: its name.
        node: the one that was called.
        source_map: of the plugin's script, for the stack of an error.

    Raises:
        PluginError: the plugin answered with an error.
        InvalidOutput: the bytes are not a response.
        OutputTooLarge: there is too much in it.
    """
    try:
        # Short ones without a step more: most are.
        response = orjson.loads(payload) if len(payload) < MAX_PARTS else loads(payload)
    except TooManyParts as error:
        raise OutputTooLarge(
            f"plugin {plugin}: the answer has {error}",
            hint="answer less at once, or as a text that holds the rest",
            plugin=plugin,
            node=node,
        ) from None
    except ValueError as error:
        raise _nonsense(plugin, node, f"is not JSON: {error}") from None
    if type(response) is not dict:
        raise _nonsense(plugin, node, "is not a JSON object")
    success = response.get("success")
    if success is True:
        action = response.get("next", "default")
        if type(action) is str:
            return response.get("output"), action
        raise _nonsense(plugin, node, "has a `next` that is not text")
    message = response.get("error")
    if success is False and type(message) is str:
        failed = PluginError(f"plugin {plugin}: {shortened(message)}", plugin=plugin, node=node)
        failed.find_stack_by(Stack.read(response.get("stack"), source_map).find)
        raise failed
    raise _nonsense(plugin, node, "has neither `success: true` nor an error text")


def shortened(message: str) -> str:
    """Give as much of a stranger's text as an error keeps."""
    beyond = len(message) - ERROR_CHARS
    return message if beyond <= 0 else f"{message[:ERROR_CHARS]}... and {beyond} characters more"


def _nonsense(plugin: str, node: str, what: str) -> InvalidOutput:
    return InvalidOutput(
        f"plugin {plugin}: the answer {what}",
        hint="docs/abi.md has the shape of a response",
        plugin=plugin,
        node=node,
    )
