"""One request with its redirects: every hop resolved here, checked, and sent where it was checked.

Nothing below this file sees a name that it could resolve again.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import cached_property, partial
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pocket.capability.connector import Connector, SystemConnector
from pocket.capability.http_request import MAX_BODY_BYTES, HttpRequest
from pocket.capability.http_url import HttpUrl
from pocket.capability.interruption import interruptible
from pocket.capability.refusal import NotReached, Refusal
from pocket.capability.resolver import Resolver, SystemResolver
from pocket.plugin.host_name import IPAddress, parse_address

if TYPE_CHECKING:
    import ssl

    from pocket.capability.http_exchange import Reply, Wire

MAX_REDIRECTS: Final = 5
"""As many as an honest site needs twice over."""
MAX_ADDRESSES: Final = 4
"""Addresses of one name that are tried in turn; all of them are checked."""


class Reach(Protocol):
    """How far one request may get, with all its redirects."""

    def permit(self, url: HttpUrl, why: str = "") -> None:
        """Raise Refusal unless the URL may be asked; `why` says how it came up."""

    def check(self, url: HttpUrl, addresses: Sequence[IPAddress]) -> None:
        """Raise Refusal unless a socket may go to any of the addresses of the URL's host."""


class Fetched(NamedTuple):
    """What came of a request in the end."""

    url: HttpUrl
    reply: Reply
    redirected: bool


class HttpClient:
    """Sends requests. Threads may share it; no state outlives a request.

    Args:
        resolver: finds addresses; tests have their own.
        connector: opens sockets; tests have their own.
    """

    def __init__(
        self, *, resolver: Resolver | None = None, connector: Connector | None = None
    ) -> None:
        self._resolver = resolver or SystemResolver()
        self._connector = connector or SystemConnector()

    def fetch(
        self, first: HttpRequest, reach: Reach, until: float, max_bytes: int = MAX_BODY_BYTES
    ) -> Fetched:
        """Send a request and follow where it is redirected.

        Args:
            first: the request, whose URL is permitted.
            reach: how far it may get.
            until: when to give up, on the clock of `time.monotonic`.
            max_bytes: largest body of the response, unpacked.

        Raises:
            NotReached: nothing was sent.
            Refusal: it is not allowed, or there is no response.
        """
        request = first
        for hop in range(MAX_REDIRECTS + 1):
            try:
                reply = self._ask(request, reach, until, max_bytes)
            except NotReached as refusal:
                if hop == 0:
                    raise
                raise Refusal(refusal.code, refusal.message) from None
            if reply.location is None:
                return Fetched(request.url, reply, redirected=hop > 0)
            following = _redirect(request.url, reply.location)
            reach.permit(following, f", where {request.url.origin} redirects to")
            request = request.redirected(reply.status, following)
        raise Refusal("quota-exceeded", f"{first.url.origin} redirects over {MAX_REDIRECTS} times")

    def _ask(self, request: HttpRequest, reach: Reach, until: float, max_bytes: int) -> Reply:
        from pocket.capability.http_exchange import exchange

        addresses = self._addresses(request.url, until)
        reach.check(request.url, addresses)
        wire = self._connected(request.url, addresses[:MAX_ADDRESSES], until)
        try:
            # By a descriptor of its own, which nobody closes meanwhile.
            with wire.twin() as twin, interruptible(partial(twin.shutdown, socket.SHUT_RDWR)):
                if request.url.scheme == "https":
                    wire.secure(self._tls, request.url)
                return exchange(wire, request, max_bytes)
        finally:
            wire.close()

    def _addresses(self, url: HttpUrl, until: float) -> Sequence[IPAddress]:
        literal = parse_address(url.host)
        if literal is not None:
            return (literal,)
        try:
            return tuple(dict.fromkeys(self._resolver.resolve(url.host, url.port, until)))
        except TimeoutError:
            raise NotReached("timeout", f"the name {url.host} was not resolved in time") from None
        except OSError:
            raise NotReached("unavailable", f"the name {url.host} has no address") from None

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
            raise NotReached("timeout", f"no connection to {url.origin} in time")
        raise NotReached("unavailable", f"no connection to {url.origin}")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        from pocket.capability.http_exchange import tls_context

        return tls_context()


def _redirect(url: HttpUrl, location: str) -> HttpUrl:
    try:
        return url.join(location)
    except ValueError as error:
        said = f"{url.origin} redirects to what cannot be asked: {error}"
        raise Refusal("permission-denied", said) from None
