"""Names and addresses of hosts as rules and URLs write them, in one canonical form.

Every text that a resolver or another parser might read in its own way (`2130706433`,
`0177.0.0.1`, `127.1`, `%6c%6f`) is refused here, so that what was checked is what is asked.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final, NoReturn

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_NAME: Final = 253
"""Longest name that DNS can carry (RFC 1035, 255 bytes with its lengths)."""
LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
"""One label of a name; DNS knows underscores, whatever RFC 952 says."""

_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*", re.ASCII)
# What the URL standard takes for the end of an IPv4 address, in decimal, octal or hex.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)


def split_port(text: str) -> tuple[str, int | None]:
    """Take `host:port` apart; the host keeps its brackets, the port is None where none stands.

    Raises:
        ValueError: the port is not from 1 to 65535; what to do stands after "; ".
    """
    before, colon, after = text.rpartition(":")
    if not colon or "]" in after:
        return text, None
    if ":" in before and not before.startswith("["):
        raise ValueError(f"{text!r} is not a host; write an IPv6 address as [::1]")
    if not _PORT.fullmatch(after) or not 1 <= int(after) <= 65535:
        raise ValueError(f"{after!r} is not a port; write a number from 1 to 65535")
    return before, int(after)


def parse_host(text: str) -> str:
    """Give a host in its canonical form: lower case, punycode, no dot at the end, no brackets.

    Raises:
        ValueError: it is neither a name nor an address; what to do stands after "; ".
    """
    if text.startswith("["):
        return _bracketed(text)
    if not text:
        raise ValueError("there is no host; write it like api.example.com")
    if len(text) > MAX_NAME + 1:
        raise ValueError(f"a host has at most {MAX_NAME} characters; shorten it")
    name = _ascii(text).lower().removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _dotted(name, text)
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        _refuse(text)
    return name


def parse_address(host: str) -> IPAddress | None:
    """Give the address that a canonical host is, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def bracketed(host: str) -> str:
    """Give a canonical host as URLs write it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _bracketed(text: str) -> str:
    inside = text[1:-1]
    # A zone (`fe80::1%eth0`) names an interface of this machine: never another's business.
    if not text.endswith("]") or "%" in inside:
        raise ValueError(f"{text!r} is not an IPv6 address; write it like [2001:db8::1]")
    try:
        return str(ipaddress.IPv6Address(inside))
    except ValueError:
        raise ValueError(f"{text!r} is not an IPv6 address; write it like [2001:db8::1]") from None


def _dotted(name: str, text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IPv4 address; write four decimal numbers, like 192.0.2.1"
        ) from None


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    import idna

    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except UnicodeError:
        _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text!r} is not the name of a host; write it like api.example.com")
