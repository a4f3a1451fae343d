"""One request and its response over one socket.

Imports httpcore, which takes its time: import this module only when there is something to send.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from time import monotonic
from typing import Any, Final, NamedTuple

import httpcore

from pocket.capability.http_body import read_body
from pocket.capability.http_request import (
    MAX_BODY_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    HttpRequest,
)
from pocket.capability.http_url import HttpUrl
from pocket.capability.refusal import Refusal
from pocket.units import format_bytes

MAX_WIRE_BYTES: Final = 2 * MAX_BODY_BYTES
"""Body as it comes: the rest is the framing of its chunks, or gzip that unpacks to nothing."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class Reply(NamedTuple):
    """A response; `location` is set where it redirects, and then nobody read the body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    location: str | None


class Wire(httpcore.NetworkStream):
    """A socket with one deadline over all that is done with it, and a cap on what comes in."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._socket = connection
        self._deadline = deadline
        self._left = 0
        self._what = ""

    def expect(self, what: str, max_bytes: int) -> None:
        """Say what comes next, and how much of it may come."""
        self._what, self._left = what, max_bytes

    def secure(self, context: ssl.SSLContext, url: HttpUrl) -> None:
        """Begin TLS with the server that has a certificate for the URL's host.

        Raises:
            Refusal: there is none, or not in time.
        """
        self._socket.settimeout(self._remaining_s())
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=url.host)
        except ssl.SSLCertVerificationError as error:
            said = f"the certificate of {url.origin} is not valid: {error.verify_message}"
            raise Refusal("unavailable", said) from None
        except TimeoutError:
            raise Refusal("timeout", f"no connection to {url.origin} in time") from None
        except (OSError, ValueError):
            raise Refusal("unavailable", f"{url.origin} does not speak TLS") from None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read something; the deadline alone says how long that may take."""
        del timeout
        if self._left <= 0:
            raise Refusal("too-large", f"{self._what} of the response is too large")
        self._socket.settimeout(self._remaining_s())
        try:
            data = self._socket.recv(min(max_bytes, self._left))
        except TimeoutError:
            raise Refusal("timeout", "there was no whole response in time") from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from None
        self._left -= len(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it; the deadline alone says how long that may take."""
        del timeout
        view = memoryview(buffer)
        try:
            while view:
                self._socket.settimeout(self._remaining_s())
                view = view[self._socket.send(view) :]
        except TimeoutError:
            raise Refusal("timeout", "the request could not be sent in time") from None
        except OSError as error:
            # httpcore then looks for a response that came before the request was over.
            raise httpcore.WriteError(str(error)) from None

    def twin(self) -> socket.socket:
        """Give another descriptor of the same connection, by which it can be shut down."""
        return self._socket.dup()

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """Nothing that httpcore asks about here is of use."""
        del info

    def _remaining_s(self) -> float:
        remaining = self._deadline - monotonic()
        if remaining <= 0:
            raise Refusal("timeout", "there was no whole response in time")
        return remaining


def tls_context() -> ssl.SSLContext:
    """Give what checks certificates: by the authorities of this machine and those of certifi."""
    context = httpcore.default_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def exchange(wire: Wire, request: HttpRequest, max_bytes: int = MAX_BODY_BYTES) -> Reply:
    """Send a request and read its response; the wire is closed after it.

    Raises:
        Refusal: there is no response, or none that is taken.
    """
    url = request.url
    origin = httpcore.Origin(url.scheme.encode(), url.host.encode(), url.port)
    try:
        with closing(httpcore.HTTP11Connection(origin, wire)) as connection:
            wire.expect("the head", MAX_HEADER_BYTES)
            response = connection.handle_request(_to_httpcore(request))
            wire.expect("the body", MAX_WIRE_BYTES)
            return _reply(request, response, max_bytes)
    except httpcore.ProtocolError:
        raise Refusal("unavailable", f"{url.origin} does not answer in HTTP") from None
    except httpcore.NetworkError:
        raise Refusal("unavailable", f"{url.origin} broke the connection") from None


def _to_httpcore(request: HttpRequest) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
        headers=request.wire_headers(),
        content=request.body or b"",
    )


def _reply(request: HttpRequest, response: httpcore.Response, max_bytes: int) -> Reply:
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        limit = f"{MAX_HEADERS} headers and {format_bytes(MAX_HEADER_BYTES)}"
        raise Refusal("too-large", f"the head of the response has more than {limit}")
    if response.status in _REDIRECTS:
        location = _values(headers, "location")
        if location:
            return Reply(response.status, headers, b"", _text(location[0]))
    gzipped = request.method != "HEAD" and _is_gzip(headers)
    body = read_body(response.iter_stream(), gzipped=gzipped, max_bytes=max_bytes)
    if gzipped:
        # They speak of what came over the wire, not of what the plugin gets.
        stale = {"content-encoding", "content-length"}
        headers = [pair for pair in headers if pair[0].lower() not in stale]
    return Reply(response.status, headers, body, None)


def _is_gzip(headers: list[tuple[str, str]]) -> bool:
    listed = ",".join(_values(headers, "content-encoding")).lower()
    codings = [name for part in listed.split(",") if (name := part.strip(" \t"))]
    if codings in ([], ["identity"]):
        return False
    if codings in (["gzip"], ["x-gzip"]):
        return True
    raise Refusal("unavailable", "the response is compressed in a way that was not offered")


def _values(headers: list[tuple[str, str]], name: str) -> list[str]:
    return [value for known, value in headers if known.lower() == name]


def _text(value: str) -> str:
    """Read a header as UTF-8 where it is that, as browsers do with Location."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return value
