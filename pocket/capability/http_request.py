"""What a plugin sends: every part checked, because it is written onto a wire."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from pocket.capability.http_url import HttpUrl
from pocket.capability.refusal import Refusal
from pocket.units import format_bytes
from pocket.version import VERSION

if TYPE_CHECKING:
    from pocket.document import JSON

Headers: TypeAlias = "tuple[tuple[str, str], ...]"

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FIELDS: Final = ("method", "url", "headers", "body", "bodyBase64", "timeoutMs")
MAX_BODY_BYTES: Final = 10 << 20
"""Body of a request or a response: a large API answer is a tenth of it."""
MAX_HEADERS: Final = 200
"""Headers of a request or a response: three times the most that sites are seen to send."""
MAX_HEADER_BYTES: Final = 64 << 10
"""All headers together: eight times what common servers accept."""

# They decide where a message ends, where it goes and how it comes back: the host's business.
_OURS: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_SECRETS: Final = frozenset({"authorization", "cookie"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, ready to be sent to one URL.

    Attributes:
        timeout_s: how long whoever asks waits for it, all redirects included.
    """

    method: str
    url: HttpUrl
    headers: Headers = ()
    body: bytes | None = None
    timeout_s: float = math.inf

    @classmethod
    def parse(cls, asked: Mapping[str, JSON], url: HttpUrl) -> HttpRequest:
        """Check all of a host call but its URL.

        Raises:
            Refusal: a part is wrong, not allowed, or too large.
        """
        for name in asked:
            if name not in {"call", *FIELDS}:
                known = ", ".join(FIELDS)
                raise Refusal("invalid-request", f"{name:.50} is not a field; there are {known}")
        method = asked.get("method", "GET")
        if not isinstance(method, str) or method.upper() not in METHODS:
            raise Refusal("invalid-request", f"method has to be one of {', '.join(METHODS)}")
        body = _body(asked)
        if body is not None and method.upper() in {"GET", "HEAD"}:
            raise Refusal("invalid-request", f"{method.upper()} has no body")
        headers = _headers(asked.get("headers"))
        return cls(method.upper(), url, headers, body, _timeout_s(asked.get("timeoutMs")))

    def redirected(self, status: int, url: HttpUrl) -> HttpRequest:
        """Give the request that follows a redirect, by the rules of the Fetch standard."""
        headers, method, body = self.headers, self.method, self.body
        to_get = (status in {301, 302} and method == "POST") or (
            status == 303 and method not in {"GET", "HEAD"}
        )
        if to_get:
            method, body = "GET", None
            headers = tuple(pair for pair in headers if not pair[0].lower().startswith("content-"))
        if url.origin != self.url.origin:
            headers = tuple(pair for pair in headers if pair[0].lower() not in _SECRETS)
        return replace(self, method=method, url=url, headers=headers, body=body)

    def wire_headers(self) -> list[tuple[bytes, bytes]]:
        """Give all headers as they are sent."""
        given = {name.lower() for name, _ in self.headers}
        ours = [("Host", self.url.authority), ("Connection", "close"), ("Accept-Encoding", "gzip")]
        defaults = [("Accept", "*/*"), ("User-Agent", f"pocket/{VERSION}")]
        ours += [pair for pair in defaults if pair[0].lower() not in given]
        if self.body is not None or self.method in _BODY_METHODS:
            ours.append(("Content-Length", str(len(self.body or b""))))
        return [(n.encode("ascii"), v.encode("latin-1")) for n, v in (*ours, *self.headers)]


def _headers(value: JSON) -> Headers:
    if value is None:
        return ()
    pairs: list[JSON] = [[*pair] for pair in value.items()] if isinstance(value, dict) else []
    if isinstance(value, list):
        pairs = value
    elif not isinstance(value, dict):
        raise Refusal("invalid-request", "headers is not a list of [name, value] pairs")
    if len(pairs) > MAX_HEADERS:
        raise Refusal("too-large", f"a request has at most {MAX_HEADERS} headers")
    headers = tuple(_header(pair) for pair in pairs)
    if sum(len(name) + len(text) for name, text in headers) > MAX_HEADER_BYTES:
        size = format_bytes(MAX_HEADER_BYTES)
        raise Refusal("too-large", f"the headers of a request have at most {size}")
    return headers


def _header(pair: JSON) -> tuple[str, str]:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(p, str) for p in pair):
        raise Refusal("invalid-request", "a header is a pair of texts, [name, value]")
    name, value = cast("list[str]", pair)
    if not _TOKEN.fullmatch(name):
        raise Refusal("invalid-request", f"{name[:50]!r} is not the name of a header")
    if name.lower() in _OURS or name.lower().startswith("proxy-"):
        raise Refusal("invalid-request", f"the header {name:.50} is set by Pocket alone")
    stripped = value.strip(" \t")
    if not _VALUE.fullmatch(stripped):
        raise Refusal("invalid-request", f"the header {name:.50} has a character that none may")
    return name, stripped


def _timeout_s(value: JSON) -> float:
    if value is None:
        return math.inf
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Refusal("invalid-request", "timeoutMs is not a number of milliseconds")
    return value / 1000


def _body(asked: Mapping[str, JSON]) -> bytes | None:
    text, encoded = asked.get("body"), asked.get("bodyBase64")
    if text is not None and encoded is not None:
        raise Refusal("invalid-request", "body and bodyBase64 exclude each other")
    for name, value in (("body", text), ("bodyBase64", encoded)):
        if value is not None and not isinstance(value, str):
            raise Refusal("invalid-request", f"{name} is not a text")
    body = _decoded(encoded) if isinstance(encoded, str) else None
    if isinstance(text, str):
        body = text.encode()
    if body is not None and len(body) > MAX_BODY_BYTES:
        size = format_bytes(MAX_BODY_BYTES)
        raise Refusal("too-large", f"the body of a request has at most {size}")
    return body


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("invalid-request", "bodyBase64 is not base64") from None
