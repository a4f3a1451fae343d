"""Rules of `permissions.network`: what one may look like, and what it lets through."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket.plugin.network_rule import NetworkRule

CANONICAL = [
    "api.example.com",
    "*.example.com",
    "https://api.example.com",
    "http://*.example.com:8080",
    "api.example.com:65535",
    "192.0.2.7",
    "http://127.0.0.1:8080",
    "[2001:db8::1]",
    "https://[::1]:8443",
    "my_bucket.example.com",
    "xn--bcher-kva.example",
]

REWRITTEN = [
    ("API.Example.COM", "api.example.com"),
    ("HTTPS://API.example.com", "https://api.example.com"),
    ("api.example.com.", "api.example.com"),
    ("*.example.com.", "*.example.com"),
    ("127.0.0.1.", "127.0.0.1"),
    ("bücher.example", "xn--bcher-kva.example"),
    ("*.BÜCHER.example", "*.xn--bcher-kva.example"),
    ("example。com", "example.com"),
    ("[2001:DB8:0:0::1]", "[2001:db8::1]"),
    ("api.example.com:0443", "api.example.com:443"),
]

REFUSED = [
    ("", "there is no host", "like api.example.com"),
    ("https://", "there is no host", "like api.example.com"),
    ("*", "every host", "like *.example.com"),
    ("*.", "there is no host", "like api.example.com"),
    ("*.com", "all of .com", "like *.example.com"),
    ("*.com.", "all of .com", "like *.example.com"),
    ("*example.com", "* in the wrong place", "like *.example.com"),
    ("api.*.com", "* in the wrong place", "like *.example.com"),
    ("*.*.example.com", "* in the wrong place", "like *.example.com"),
    ("*.127.0.0.1", "* before an address", "the address alone"),
    ("*.[::1]", "* before an address", "the address alone"),
    ("localhost", "never be reached by its name", "127.0.0.1"),
    ("intranet", "not a whole name", "intranet.example.com"),
    ("2130706433", "not an IPv4 address", "four decimal numbers"),
    ("0177.0.0.1", "not an IPv4 address", "four decimal numbers"),
    ("0x7f.0.0.1", "not an IPv4 address", "four decimal numbers"),
    ("0x7f000001", "not an IPv4 address", "four decimal numbers"),
    ("127.0.0.0x1", "not an IPv4 address", "four decimal numbers"),
    ("127.1", "not an IPv4 address", "four decimal numbers"),
    ("127.0.0.256", "not an IPv4 address", "four decimal numbers"),
    ("example.0x", "not an IPv4 address", "four decimal numbers"),
    ("0.0.0.0", "not the address of one host", "that of the host"),
    ("[::]", "not the address of one host", "that of the host"),
    ("224.0.0.1", "not the address of one host", "that of the host"),
    ("[::ffff:127.0.0.1]", "hides an IPv4 address", "127.0.0.1"),
    ("[::1", "not an IPv6 address", "like [2001:db8::1]"),
    ("[::1]x", "not an IPv6 address", "like [2001:db8::1]"),
    ("[127.0.0.1]", "not an IPv6 address", "like [2001:db8::1]"),
    ("[fe80::1%eth0]", "not an IPv6 address", "like [2001:db8::1]"),
    ("::1", "not a host", "an IPv6 address as [::1]"),
    ("user@example.com", "has a user", "a host only"),
    ("https://user:pass@example.com", "has a user", "a host only"),
    ("https://example.com/", "has a path", "only: example.com"),
    ("example.com/v1", "has a path", "only: example.com"),
    ("example.com\\@evil.com", "has a user", "a host only"),
    ("example.com\\evil", "has a path", "only: example.com"),
    ("example.com?x=1", "has a query", "only: example.com"),
    ("example.com#top", "has a fragment", "only: example.com"),
    ("ftp://example.com", "'ftp' is not allowed as a scheme", "http://, https:// or none"),
    ("://example.com", "'' is not allowed as a scheme", "http://, https:// or none"),
    ("example.com:0", "'0' is not a port", "from 1 to 65535"),
    ("example.com:65536", "'65536' is not a port", "from 1 to 65535"),
    ("example.com:", "'' is not a port", "from 1 to 65535"),
    ("example.com:http", "'http' is not a port", "from 1 to 65535"),
    ("example.com:٤٤٣", "is not a port", "from 1 to 65535"),
    ("example..com", "not the name of a host", "api.example.com"),
    (".example.com", "not the name of a host", "api.example.com"),
    ("example.com..", "not the name of a host", "api.example.com"),
    ("-a.example.com", "not the name of a host", "api.example.com"),
    ("%65xample.com", "not the name of a host", "api.example.com"),
    ("ex\u2100mple.com", "not the name of a host", "api.example.com"),
    ("\uff11\uff12\uff17.\uff11", "not an IPv4 address", "four decimal numbers"),
    ("a" * 64 + ".com", "not the name of a host", "api.example.com"),
    ("a." * 127 + "com", "at most 253", "shorten"),
    ("a" * 301, "at most 300", "one host"),
    (" example.com", "white space", "one host"),
    ("a.example.com b.example.com", "white space", "one host"),
    ("example.com\n", "white space", "one host"),
    ("example.com\0", "white space", "one host"),
]


@pytest.mark.parametrize("text", CANONICAL)
def test_a_canonical_rule_is_written_back_as_it_was(text: str) -> None:
    assert str(NetworkRule.parse(text)) == text


@pytest.mark.parametrize(("text", "canonical"), REWRITTEN)
def test_other_spellings_become_canonical(text: str, canonical: str) -> None:
    assert str(NetworkRule.parse(text)) == canonical


@pytest.mark.parametrize(("text", "problem", "hint"), REFUSED)
def test_a_text_that_is_no_rule_is_refused_with_a_hint(text: str, problem: str, hint: str) -> None:
    with pytest.raises(ValueError) as refused:
        NetworkRule.parse(text)
    message, _, advice = str(refused.value).partition("; ")
    assert problem in message
    assert hint in advice


@pytest.mark.parametrize(
    ("rule", "allowed", "refused"),
    [
        (
            "*.example.com",
            ["a.example.com", "a.b.example.com"],
            [
                "example.com",
                "example.com.evil",
                "a.example.com.evil",
                "evilexample.com",
                ".example.com",
                "evil/.example.com",
                "evil@a.example.com",
                "example.org",
            ],
        ),
        ("example.com", ["example.com"], ["a.example.com", "example.com.evil", "evilexample.com"]),
        ("127.0.0.1", ["127.0.0.1"], ["127.0.0.2", "::ffff:7f00:1", "::1"]),
        ("[2001:db8::1]", ["2001:db8::1"], ["2001:db8::2"]),
    ],
)
def test_a_rule_allows_the_hosts_it_names_and_no_other(
    rule: str, allowed: list[str], refused: list[str]
) -> None:
    parsed = NetworkRule.parse(rule)
    assert [host for host in allowed + refused if parsed.allows("https", host, 443)] == allowed


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ("a.example", {("http", 80), ("https", 443)}),
        ("https://a.example", {("https", 443)}),
        ("http://a.example", {("http", 80)}),
        ("a.example:8443", {("http", 8443), ("https", 8443)}),
        ("https://a.example:8443", {("https", 8443)}),
    ],
)
def test_a_rule_holds_for_its_scheme_and_port(rule: str, allowed: set[tuple[str, int]]) -> None:
    parsed = NetworkRule.parse(rule)
    tried = {(s, p) for s in ("http", "https", "ftp", "") for p in (80, 443, 8443, 0)}
    assert {way for way in tried if parsed.allows(way[0], "a.example", way[1])} == allowed


_PIECES = st.lists(
    st.sampled_from(["http://", "https://", "*.", "*", "a", "example", ".", "com", "[::1]", ":"])
    | st.sampled_from(["443", "@", "/", "ü", "。", "0x7f", "127.0.0.1", "-", "_", "%", "xn--"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@given(st.text(max_size=320) | _PIECES)
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        rule = NetworkRule.parse(text)
        assert NetworkRule.parse(str(rule)) == rule


_LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True)
_NAMES = st.lists(_LABEL, min_size=2, max_size=4).map(lambda labels: ".".join([*labels, "test"]))
_ODD_HOSTS = st.text(alphabet="abz09.-_*@:/[]%\\ \0", max_size=12)


@given(_NAMES, _NAMES | _ODD_HOSTS, st.booleans())
def test_a_host_that_a_suffix_allows_ends_with_it_at_a_dot(
    suffix: str, other: str, joined: bool
) -> None:
    rule = NetworkRule.parse(f"*.{suffix}")
    host = f"{other}.{suffix}" if joined else other + suffix
    assert not rule.allows("https", suffix, 443)
    if rule.allows("https", host, 443):
        assert host.endswith(f".{suffix}")
        assert NetworkRule.parse(host).host == host


@given(_NAMES, _NAMES)
def test_a_name_allows_itself_alone(name: str, other: str) -> None:
    rule = NetworkRule.parse(name)
    assert rule.allows("https", name, 443)
    assert rule.allows("https", other, 443) is (name == other)
