"""A URL taken apart once, so that what was checked is what is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urljoin

from pocket.capability.refusal import Refusal
from pocket.plugin.host_name import bracketed, parse_host, split_port
from pocket.plugin.network_rule import DEFAULT_PORTS

MAX_URL: Final = 8192
"""Longest URL: what most servers take for the first line of a request."""

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?:#.*)?",
    re.ASCII,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# All that RFC 3986 lets stand in a path or query; the rest is percent-encoded, as browsers do.
_AS_IT_IS: Final = "/?%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class HttpUrl:
    """A URL of http or https without its fragment.

    Attributes:
        host: as `pocket.plugin.host_name.parse_host` gives it.
        target: path and query in ASCII, percent-encoded.
    """

    scheme: str
    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, text: str) -> HttpUrl:
        """Read an absolute URL.

        Raises:
            ValueError: it is none, or of a kind that is not allowed.
            Refusal: it is too long.
        """
        if len(text) > MAX_URL:
            raise Refusal("too-large", f"a URL has at most {MAX_URL} characters")
        parts = _URL.fullmatch(text)
        if _CONTROL.search(text) or parts is None:
            raise ValueError("not an absolute URL; write it like https://api.example.com/v1")
        scheme = parts["scheme"].lower()
        if scheme not in DEFAULT_PORTS:
            raise ValueError(f"{scheme} is neither http nor https")
        if "@" in parts["authority"]:
            raise ValueError("a URL must not have a user in it; send an Authorization header")
        host, port = split_port(parts["authority"])
        target = quote((parts["path"] or "/") + (parts["query"] or ""), safe=_AS_IT_IS)
        return cls(scheme, parse_host(host), port or DEFAULT_PORTS[scheme], target)

    def join(self, location: str) -> HttpUrl:
        """Give the URL that a redirect from here leads to.

        Raises:
            ValueError: it leads to none that is allowed.
            Refusal: it is too long.
        """
        if _CONTROL.search(location):
            raise ValueError("not a URL")
        return HttpUrl.parse(urljoin(str(self), location.strip(" ")))

    @property
    def origin(self) -> str:
        """The place that a permission is about, its port always written out."""
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}"

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        default = self.port == DEFAULT_PORTS[self.scheme]
        return bracketed(self.host) if default else f"{bracketed(self.host)}:{self.port}"

    def __str__(self) -> str:
        """Give the canonical text."""
        return f"{self.scheme}://{self.authority}{self.target}"
