"""`http.request`: what a plugin may ask of the network, and how far it gets.

Every hop of a request goes the same way: a rule of the manifest allows it, the name is resolved
here, each of its addresses is public, and the socket goes to one of these very addresses.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from pocket.capability.connector import Connector
from pocket.capability.http_client import Fetched, HttpClient
from pocket.capability.http_request import HttpRequest
from pocket.capability.http_url import HttpUrl
from pocket.capability.public_address import is_public
from pocket.capability.refusal import Refusal
from pocket.capability.resolver import Resolver
from pocket.plugin.host_name import IPAddress, parse_address
from pocket.plugin.network_rule import NetworkRule

if TYPE_CHECKING:
    from pocket.document import JSON

CALL: Final = "http.request"
MAX_TIME_S: Final = 30.0
"""One host call with all its redirects, however long the plugin's own call may take."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The reach of a plugin: what the rules of its manifest name, at public addresses."""

    rules: tuple[NetworkRule, ...]

    def permit(self, url: HttpUrl, why: str = "") -> None:
        """See `Reach`."""
        if not any(rule.allows(url.scheme, url.host, url.port) for rule in self.rules):
            raise Refusal(
                "permission-denied", f"permissions.network does not allow {url.origin}{why}"
            )

    def check(self, url: HttpUrl, addresses: Sequence[IPAddress]) -> None:
        """See `Reach`."""
        # Only a rule that names this very address let it through, whatever network it is in.
        literal = parse_address(url.host) is not None
        if not literal and not all(is_public(address) for address in addresses):
            raise Refusal(
                "permission-denied", f"{url.host} resolves to an address that is not public"
            )


class Http:
    """The network permission of one plugin. Threads may share it; no state outlives a request.

    Args:
        rules: what the plugin may ask.
        resolver: finds addresses; tests have their own.
        connector: opens sockets; tests have their own.
    """

    def __init__(
        self,
        rules: Sequence[NetworkRule],
        *,
        resolver: Resolver | None = None,
        connector: Connector | None = None,
    ) -> None:
        self._reach = Allowed(tuple(rules))
        self._client = HttpClient(resolver=resolver, connector=connector)

    def answer(self, call: str, request: dict[str, JSON], deadline: float) -> JSON:
        """Make the request that a plugin asks for.

        Args:
            call: the name of the host call.
            request: what the plugin sent, not checked.
            deadline: when to give up, on the clock of `time.monotonic`.

        Raises:
            Refusal: it is not allowed, or there is no response.
        """
        if call != CALL:
            raise Refusal("invalid-request", f"there is no host call {call:.50}; there is {CALL}")
        url = _url(request.get("url"))
        self._reach.permit(url)
        asked = HttpRequest.parse(request, url)
        until = min(deadline, monotonic() + min(MAX_TIME_S, asked.timeout_s))
        return _value(self._client.fetch(asked, self._reach, until))


def _url(value: JSON) -> HttpUrl:
    if not isinstance(value, str):
        raise Refusal("invalid-request", "url is not a text")
    try:
        return HttpUrl.parse(value)
    except ValueError as error:
        raise Refusal("invalid-request", f"url: {error}") from None


def _value(fetched: Fetched) -> JSON:
    reply = fetched.reply
    value: dict[str, JSON] = {
        "status": reply.status,
        "url": str(fetched.url),
        "headers": [[name, text] for name, text in reply.headers],
        "redirected": fetched.redirected,
    }
    try:
        value["body"] = reply.body.decode("utf-8")
    except UnicodeDecodeError:
        value["bodyBase64"] = base64.b64encode(reply.body).decode("ascii")
    return value
