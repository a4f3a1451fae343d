"""The way to the host: Pocket's own in a plugin, a stand-in for tests in CPython."""

import json

from pocket_plugin import _errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pocket_plugin import _native as _pocket
else:
    try:
        import _pocket
    except ImportError:
        from pocket_plugin import _native as _pocket

write = _pocket.log
"""Writes one line to the log: a level, from 0 for debug to 3 for error, and the text."""

traceback = _pocket.traceback
"""Gives an exception as Python prints it, as text."""

read_stream = _pocket.read_stream
"""Gives at most so many bytes, none at the end of the stream; None in a call without streams."""

write_stream = _pocket.write_stream
"""Writes bytes; gives whether the call has a stream for them."""


def ask(call: str, **fields: object) -> "Any":
    """Put a question to the host and wait for its answer.

    Raises:
        PermissionDenied: the manifest does not ask for it.
        HostError: it cannot be had for another reason.
    """
    fields["call"] = call
    answer = json.loads(_pocket.ask(json.dumps(fields)))
    if answer["ok"]:
        return answer.get("value")
    error = answer["error"]
    raise _errors.of(error["code"], call + ": " + error["message"])


def _environment() -> "dict[str, str]":
    variables = {}
    for entry in _pocket.environ():
        name, _, value = entry.partition("=")
        variables[name] = value
    return variables


env = _environment()
"""The environment variables that the manifest asks for and the user has granted."""
