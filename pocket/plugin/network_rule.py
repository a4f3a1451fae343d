"""One rule of `permissions.network`: which hosts a plugin may ask, how, and at which port."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final, Literal, cast

from pocket.plugin.host_name import LABEL, bracketed, parse_address, parse_host, split_port

Scheme = Literal["http", "https"]

DEFAULT_PORTS: Final[dict[str, int]] = {"http": 80, "https": 443}
MAX_TEXT: Final = 300
"""A scheme, the longest name and a port have 267 characters."""

_LABELS = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """A rule in its canonical form; `str()` writes it as a manifest does.

    Attributes:
        scheme: None means http and https.
        host: a name in lower case and punycode, or an IP address without brackets.
        suffix: whether every name below `host` is meant, and not `host` itself.
        port: None means the default port of the scheme.
    """

    scheme: Scheme | None
    host: str
    suffix: bool = False
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> NetworkRule:
        """Read `[scheme://][*.]host[:port]`.

        Raises:
            ValueError: the text is no rule; what to do stands after "; ".
        """
        if len(text) > MAX_TEXT:
            raise ValueError(f"a rule has at most {MAX_TEXT} characters; name one host")
        if _SPACE.search(text):
            raise ValueError("there is white space in it; write one host, like api.example.com")
        scheme, rest = _split_scheme(text)
        _host_alone(text, rest)
        written, port = split_port(rest)
        suffix = written.startswith("*.")
        host = parse_host(_without_wildcard(text, written))
        _check_host(text, host, suffix=suffix)
        return cls(scheme, host, suffix, port)

    def allows(self, scheme: str, host: str, port: int) -> bool:
        """Say whether a request may go there; `host` is in the form that `parse_host` gives."""
        if scheme not in DEFAULT_PORTS or self.scheme not in {None, scheme}:
            return False
        return port == (self.port or DEFAULT_PORTS[scheme]) and self._names(host)

    def _names(self, host: str) -> bool:
        if not self.suffix:
            return host == self.host
        below = host.removesuffix(f".{self.host}")
        return below != host and _LABELS.fullmatch(below) is not None

    def __str__(self) -> str:
        """Give the canonical text: `https://*.example.com:8443`."""
        scheme = f"{self.scheme}://" if self.scheme else ""
        port = f":{self.port}" if self.port else ""
        return f"{scheme}{'*.' if self.suffix else ''}{bracketed(self.host)}{port}"


def _split_scheme(text: str) -> tuple[Scheme | None, str]:
    before, separator, rest = text.partition("://")
    if not separator:
        return None, text
    if before.lower() not in DEFAULT_PORTS:
        raise ValueError(f"{before!r} is not allowed as a scheme; write http://, https:// or none")
    return cast("Scheme", before.lower()), rest


def _host_alone(text: str, rest: str) -> None:
    if "@" in rest:
        raise ValueError(f"{text!r} has a user in it; a rule names a host only")
    for mark, what in (("/", "a path"), ("?", "a query"), ("#", "a fragment"), ("\\", "a path")):
        if mark in rest:
            host = rest.partition(mark)[0] or "api.example.com"
            raise ValueError(f"{text!r} has {what}; a rule names a host only: {host}")


def _without_wildcard(text: str, written: str) -> str:
    if written == "*":
        raise ValueError("'*' would allow every host; name them, like *.example.com")
    name = written.removeprefix("*.")
    if "*" in name:
        raise ValueError(f"{text!r} has a * in the wrong place; write it first, like *.example.com")
    return name


def _check_host(text: str, host: str, *, suffix: bool) -> None:
    address = parse_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        raise ValueError(f"{text!r} hides an IPv4 address; write {address.ipv4_mapped}")
    if address is not None and (address.is_unspecified or address.is_multicast):
        raise ValueError(f"{text!r} is not the address of one host; write that of the host")
    if address is not None and suffix:
        raise ValueError(f"{text!r} puts a * before an address; write the address alone")
    if address is None and "." not in host:
        raise ValueError(_single_label(text, host, suffix=suffix))


def _single_label(text: str, host: str, *, suffix: bool) -> str:
    if suffix:
        return f"{text!r} would allow all of .{host}; name a domain, like *.example.{host}"
    if host == "localhost":
        return f"{text!r} would never be reached by its name; write 127.0.0.1 or [::1]"
    return f"{text!r} is not a whole name; write it like {host}.example.com"
