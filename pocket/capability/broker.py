"""Answers what a plugin asks during a call; `docs/abi.md` has the shapes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import orjson

from pocket.capability.refusal import Refusal
from pocket.foreign_json import TooManyParts, loads

if TYPE_CHECKING:
    from pocket.document import JSON

MAX_ANSWER_BYTES: Final = 32 << 20
"""Largest answer: twice what the largest body of a response has, written as base64."""

_PERMISSIONS: Final = {"http": "permissions.network", "store": "permissions.store"}
_logger = logging.getLogger("pocket.capability")


class Capability(Protocol):
    """One kind of host call."""

    def answer(self, call: str, request: dict[str, JSON], deadline: float) -> JSON:
        """Do what the plugin asks.

        Args:
            call: the whole name, e.g. `http.request`.
            request: what the plugin sent, not checked.
            deadline: when to give up, on the clock of `time.monotonic`.

        Raises:
            Refusal: it is not done.
        """


@runtime_checkable
class Closes(Protocol):
    """A capability that holds something open."""

    def close(self) -> None:
        """Close it; safe to repeat."""


class Broker:
    """Passes the host calls of one plugin on to what it was granted.

    Args:
        plugin: names the plugin in the log.
        capabilities: by what stands before the dot in a call's name.
    """

    def __init__(self, plugin: str, capabilities: Mapping[str, Capability]) -> None:
        self._plugin = plugin
        self._capabilities = capabilities

    def answer(self, request: bytes, deadline: float) -> bytes:
        """Give the answer to one host call, both JSON; whatever the request is, there is one."""
        try:
            value = self._dispatch(request, deadline)
            answer = orjson.dumps({"ok": True, "value": value})
        except Refusal as refusal:
            return _refused(refusal.code, refusal.message)
        except Exception:
            # A stranger's request found a bug of ours: that must not end the host's own call.
            _logger.exception("a host call of plugin %s failed", self._plugin)
            return _refused("unavailable", "the host failed to answer")
        if len(answer) > MAX_ANSWER_BYTES:
            return _refused("too-large", f"the answer has more than {MAX_ANSWER_BYTES} bytes")
        return answer

    def close(self) -> None:
        """Close what the capabilities hold open; safe to repeat."""
        for capability in self._capabilities.values():
            if isinstance(capability, Closes):
                capability.close()

    def _dispatch(self, request: bytes, deadline: float) -> JSON:
        try:
            asked = loads(request)
        except TooManyParts as error:
            raise Refusal("too-large", f"the request has {error}") from None
        except ValueError as error:
            raise Refusal("invalid-request", f"not JSON: {error}") from None
        if not isinstance(asked, dict) or not isinstance(call := asked.get("call"), str):
            raise Refusal("invalid-request", "a request is an object with a text named call")
        prefix = call.partition(".")[0]
        capability = self._capabilities.get(prefix)
        if capability is not None:
            return capability.answer(call, asked, deadline)
        if prefix in _PERMISSIONS:
            message = f"the manifest does not ask for {_PERMISSIONS[prefix]}"
            raise Refusal("permission-denied", message)
        raise Refusal("invalid-request", f"there is no host call {call:.100}")


def _refused(code: str, message: str) -> bytes:
    return orjson.dumps({"ok": False, "error": {"code": code, "message": message}})
