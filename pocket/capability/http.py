"""`http.request`: what a plugin may ask of the network, and how far it gets.

Every hop of a request goes the same way: a rule of the manifest allows it, the name is resolved
here, each of its addresses is public, and the socket goes to one of these very addresses. Nothing
below this file sees a name that it could resolve again.
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Sequence
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Final

from pocket.capability.connector import Connector, SystemConnector
from pocket.capability.http_request import HttpRequest
from pocket.capability.http_url import HttpUrl
from pocket.capability.interruption import interruptible
from pocket.capability.public_address import is_public
from pocket.capability.refusal import Refusal
from pocket.capability.resolver import Resolver, SystemResolver
from pocket.plugin.host_name import IPAddress, parse_address
from pocket.plugin.network_rule import NetworkRule

if TYPE_CHECKING:
    import ssl

    from pocket.capability.http_exchange import Reply, Wire
    from pocket.document import JSON

CALL: Final = "http.request"
MAX_TIME_S: Final = 30.0
"""One host call with all its redirects, however long the plugin's own call may take."""
MAX_REDIRECTS: Final = 5
"""As many as an honest site needs twice over."""
MAX_ADDRESSES: Final = 4
"""Addresses of one name that are tried in turn; all of them are checked."""


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
        self._rules = tuple(rules)
        self._resolver = resolver or SystemResolver()
        self._connector = connector or SystemConnector()

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
        self._permit(url)
        until = min(deadline, monotonic() + MAX_TIME_S)
        return self._follow(HttpRequest.parse(request, url), until)

    def _follow(self, first: HttpRequest, until: float) -> JSON:
        request = first
        for _ in range(MAX_REDIRECTS + 1):
            reply = self._ask(request, until)
            if reply.location is None:
                return _value(request.url, reply, redirected=request is not first)
            following = _redirect(request.url, reply.location)
            self._permit(following, f", where {request.url.origin} redirects to")
            request = request.redirected(reply.status, following)
        raise Refusal("quota-exceeded", f"{first.url.origin} redirects over {MAX_REDIRECTS} times")

    def _permit(self, url: HttpUrl, why: str = "") -> None:
        if not any(rule.allows(url.scheme, url.host, url.port) for rule in self._rules):
            raise Refusal(
                "permission-denied", f"permissions.network does not allow {url.origin}{why}"
            )

    def _ask(self, request: HttpRequest, until: float) -> Reply:
        from pocket.capability.http_exchange import exchange

        wire = self._connected(request.url, self._addresses(request.url, until), until)
        try:
            # By a descriptor of its own, which nobody closes meanwhile.
            with wire.twin() as twin, interruptible(partial(twin.shutdown, socket.SHUT_RDWR)):
                if request.url.scheme == "https":
                    wire.secure(self._tls, request.url)
                return exchange(wire, request)
        finally:
            wire.close()

    def _addresses(self, url: HttpUrl, until: float) -> Sequence[IPAddress]:
        literal = parse_address(url.host)
        if literal is not None:
            # Only a rule that names this very address let it through, whatever network it is in.
            return (literal,)
        try:
            found = tuple(dict.fromkeys(self._resolver.resolve(url.host, url.port, until)))
        except TimeoutError:
            raise Refusal("timeout", f"the name {url.host} was not resolved in time") from None
        except OSError:
            raise Refusal("unavailable", f"the name {url.host} has no address") from None
        if not all(is_public(address) for address in found):
            raise Refusal(
                "permission-denied", f"{url.host} resolves to an address that is not public"
            )
        return found[:MAX_ADDRESSES]

    def _connected(self, url: HttpUrl, addresses: Sequence[IPAddress], until: float) -> Wire:
        from pocket.capability.http_exchange import Wire

        for index, address in enumerate(addresses):
            remaining = until - monotonic()
            if remaining <= 0:
                break
            # A silent address leaves the ones after it their share of the time.
            share = remaining / (len(addresses) - index)
            try:
                return Wire(self._connector.connect(address, url.port, share), until)
            except OSError:
                continue
        if until <= monotonic():
            raise Refusal("timeout", f"no connection to {url.origin} in time")
        raise Refusal("unavailable", f"no connection to {url.origin}")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        from pocket.capability.http_exchange import tls_context

        return tls_context()


def _url(value: JSON) -> HttpUrl:
    if not isinstance(value, str):
        raise Refusal("invalid-request", "url is not a text")
    try:
        return HttpUrl.parse(value)
    except ValueError as error:
        raise Refusal("invalid-request", f"url: {error}") from None


def _redirect(url: HttpUrl, location: str) -> HttpUrl:
    try:
        return url.join(location)
    except ValueError as error:
        said = f"{url.origin} redirects to what permissions.network cannot allow: {error}"
        raise Refusal("permission-denied", said) from None


def _value(url: HttpUrl, reply: Reply, *, redirected: bool) -> JSON:
    value: dict[str, JSON] = {
        "status": reply.status,
        "url": str(url),
        "headers": [[name, text] for name, text in reply.headers],
        "redirected": redirected,
    }
    try:
        value["body"] = reply.body.decode("utf-8")
    except UnicodeDecodeError:
        value["bodyBase64"] = base64.b64encode(reply.body).decode("ascii")
    return value
