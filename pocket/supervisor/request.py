"""Building the requests that a plugin gets; `docs/abi.md` has the shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import orjson

from pocket.errors import InvalidInput
from pocket.supervisor.limits import MAX_PAYLOAD_BYTES
from pocket.units import format_bytes

if TYPE_CHECKING:
    from pocket.document import JSON, ToJSON


_BETWEEN: Final = b',"prepResult":'


@dataclass(frozen=True, slots=True)
class Request:
    """The part of a node's requests that is the same for every input, encoded once."""

    node: str
    _head: bytes
    _runs: bool

    @classmethod
    def of(cls, node: str, config: Mapping[str, JSON], *, runs: bool) -> Request:
        """Encode everything but the input.

        Args:
            node: node type of the plugin.
            config: the node's config, complete.
            runs: whether the plugin takes `run`; else it gets `exec`.
        """
        function = b"run" if runs else b"exec"
        head = b'{"node":%b,"function":"%b","config":%b,"execResult":null,"input":' % (
            encode(node, "node"),
            function,
            encode(dict(config), "config"),
        )
        return cls(node, head, runs)

    def encode(self, value: ToJSON) -> bytes:
        """Give the whole request for one input.

        Raises:
            InvalidInput: not JSON, or too large.
        """
        data = encode(value, "input")
        # Joined, as formatting takes ten times as long to copy a large input.
        request = b"".join((self._head, data, _BETWEEN, b"null" if self._runs else data, b"}"))
        if len(request) > MAX_PAYLOAD_BYTES:
            raise InvalidInput(
                f"the input has {format_bytes(len(data))}, "
                f"a request may have {format_bytes(MAX_PAYLOAD_BYTES)}",
                hint="split the input, or pass a path instead of the data",
            )
        return request


def encode(value: ToJSON, what: str) -> bytes:
    """Give a value as JSON; NaN and the infinities, which JSON has not, become null.

    Raises:
        InvalidInput: the value has a type that JSON has not, or is nested too deep.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise InvalidInput(f"the {what} is not JSON: {error}") from None
