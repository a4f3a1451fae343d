"""`http.request` against servers on loopback, honest ones and all that a hostile one may try."""

from __future__ import annotations

import base64
import contextlib
import gzip
import socket
import subprocess
import sys
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import (
    CERTIFICATES,
    PUBLIC,
    Answer,
    Asked,
    Names,
    Site,
    ToSite,
    deaf_port,
    redirect,
    response,
    site,
)

from pocket.capability.http import Http
from pocket.capability.http_body import MAX_PIECES, read_body
from pocket.capability.http_client import MAX_ADDRESSES, MAX_REDIRECTS
from pocket.capability.http_request import MAX_BODY_BYTES, MAX_HEADERS, METHODS, HttpRequest
from pocket.capability.http_url import MAX_URL, HttpUrl
from pocket.capability.refusal import CODES, Refusal
from pocket.plugin.host_name import IPAddress
from pocket.plugin.network_rule import NetworkRule

HERE = "http://api.example.test/v1"
ELSEWHERE = [
    ("a cloud's metadata", "http://169.254.169.254/latest/meta-data"),
    ("loopback by its name", "http://localhost/"),
    ("loopback by its address", "http://127.0.0.1/"),
    ("a decimal host", "http://2130706433/"),
    ("an octal host", "http://0177.0.0.1/"),
    ("a hexadecimal host", "http://0x7f.0.0.1/"),
    ("a short host", "http://127.1/"),
    ("v4-mapped v6", "http://[::ffff:127.0.0.1]/"),
    ("an address with a zone", "http://[fe80::1%25lo]/"),
    ("a user before the host", "http://api.example.test@evil.test/"),
    ("a user before the allowed host", "http://evil.test@api.example.test/"),
    ("a backslash before the host", "http://evil.test\\@api.example.test/"),
    ("a backslash after the host", "http://api.example.test\\.evil.test/"),
    ("an escaped host", "http://%61pi.example.test/"),
    ("a suffix that goes on", "http://api.example.test.evil/"),
    ("a name with the suffix glued on", "http://evilexample.test/"),
    ("the suffix itself", "http://example.test/"),
    ("two dots at the end", "http://api.example.test../"),
    ("another port", "http://api.example.test:8080/"),
    ("another scheme", "https://api.example.test/"),
    ("no scheme of the web", "file:///etc/passwd"),
    ("another host", "http://evil.test/"),
]
PRIVATE = [
    ("unspecified", "0.0.0.0"),
    ("this network", "0.1.2.3"),
    ("private 10", "10.1.2.3"),
    ("carrier NAT", "100.64.0.1"),
    ("loopback", "127.0.0.53"),
    ("Azure's metadata", "168.63.129.16"),
    ("link-local", "169.254.169.254"),
    ("private 172.16", "172.31.255.255"),
    ("protocol assignments", "192.0.0.192"),
    ("documentation", "192.0.2.1"),
    ("6to4 relay", "192.88.99.1"),
    ("private 192.168", "192.168.0.1"),
    ("benchmarks", "198.19.255.255"),
    ("documentation 2", "198.51.100.1"),
    ("documentation 3", "203.0.113.1"),
    ("multicast", "224.0.0.1"),
    ("reserved", "240.0.0.1"),
    ("broadcast", "255.255.255.255"),
    ("unspecified v6", "::"),
    ("loopback v6", "::1"),
    ("v4-mapped public", "::ffff:93.184.216.34"),
    ("v4-mapped private", "::ffff:10.0.0.1"),
    ("v4-compatible", "::127.0.0.1"),
    ("NAT64", "64:ff9b::7f00:1"),
    ("NAT64 of a site", "64:ff9b:1::a00:1"),
    ("discard", "100::1"),
    ("Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    ("benchmarks v6", "2001:2::1"),
    ("ORCHID", "2001:20::1"),
    ("documentation v6", "2001:db8::1"),
    ("documentation v6 2", "3fff::1"),
    ("6to4", "2002:7f00:1::1"),
    ("ISATAP", "2606:2800:220:1:0:5efe:10.0.0.1"),
    ("ISATAP, public bit", "2606:2800:220:1:200:5efe:7f00:1"),
    ("segment routing", "5f00::1"),
    ("unique local", "fd00:ec2::254"),
    ("link-local v6", "fe80::1"),
    ("link-local v6 with a zone", "fe80::1%1"),
    ("a public address with a zone", "2606:2800:220::1%1"),
    ("site-local", "fec0::1"),
    ("multicast v6", "ff02::1"),
]


class Client:
    """An `Http` of some rules that reaches one site, or port, under every name."""

    def __init__(self, serving: Site | int | None, *rules: str, names: Names | None = None) -> None:
        self.names = names or Names()
        self.connector = ToSite(serving.port if isinstance(serving, Site) else serving)
        parsed = [NetworkRule.parse(rule) for rule in rules or ("http://*.example.test",)]
        self.http = Http(parsed, resolver=self.names, connector=self.connector)

    def ask(self, url: str = HERE, *, time_s: float = 10.0, **fields: Any) -> dict[str, Any]:
        value = self.http.answer("http.request", {"url": url, **fields}, monotonic() + time_s)
        assert isinstance(value, dict)
        return value

    def refusal(self, url: str = HERE, **fields: Any) -> Refusal:
        with pytest.raises(Refusal) as refused:
            self.ask(url, **fields)
        assert refused.value.code in CODES
        return refused.value


def write_for_ever(connection: socket.socket, piece: bytes) -> None:
    for data in repeat(piece):
        connection.sendall(data)


def read_to_the_end(connection: socket.socket) -> None:
    while connection.recv(1 << 16):
        pass


# What an honest plugin gets


def test_a_response_comes_with_status_headers_and_body() -> None:
    with site(
        response(b"hello", status=404, headers=[("X-Thing", "a"), ("X-Thing", "b")])
    ) as serving:
        assert Client(serving).ask() == {
            "status": 404,
            "url": HERE,
            "headers": [["X-Thing", "a"], ["X-Thing", "b"], ["Content-Length", "5"]],
            "body": "hello",
            "redirected": False,
        }


def test_the_server_sees_what_the_plugin_sent_and_nothing_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with site(response()) as serving:
        Client(serving).ask(
            "http://API.example.test./a b?q=ü#part",
            method="post",
            headers={"X-Key": " 1 "},
            body="{é}",
        )
    (asked,) = serving.asked
    assert asked.line == "POST /a%20b?q=%C3%BC HTTP/1.1"
    assert asked.body == "{é}".encode()
    assert asked.headers.pop("user-agent").startswith("pocket/")
    assert asked.headers == {
        "host": "api.example.test",
        "connection": "close",
        "accept-encoding": "gzip",
        "accept": "*/*",
        "content-length": "4",
        "x-key": "1",
    }


@pytest.mark.parametrize("method", METHODS)
def test_every_method_arrives(method: str) -> None:
    with site(response()) as serving:
        Client(serving).ask(method=method)
    assert serving.asked[0].line.startswith(f"{method} ")
    assert serving.asked[0].headers.get("content-length") == (
        "0" if method in {"POST", "PUT", "PATCH"} else None
    )


def test_bytes_that_are_not_text_travel_as_base64_both_ways() -> None:
    def echo(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(response(asked.body))

    data = base64.b64encode(bytes(range(256))).decode()
    with site(echo) as serving:
        value = Client(serving).ask(method="PUT", bodyBase64=data)
    assert value["bodyBase64"] == data
    assert "body" not in value


@pytest.mark.parametrize("members", [1, 2])
def test_gzip_is_unpacked_and_no_header_speaks_of_it_any_more(members: int) -> None:
    packed = b"".join(gzip.compress(b"hello " * 1000) for _ in range(members))
    with site(response(packed, headers=[("Content-Encoding", "GZip")])) as serving:
        value = Client(serving).ask()
    assert value["body"] == "hello " * 1000 * members
    assert value["headers"] == []


def test_the_head_alone_can_be_asked_for() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nContent-Encoding: gzip\r\n\r\n"
    with site(head) as serving:
        value = Client(serving).ask(method="HEAD")
    assert value["body"] == ""
    assert ["Content-Length", "99"] in value["headers"]


def test_a_response_before_the_request_is_over_is_taken() -> None:
    def hasty(connection: socket.socket, _: Asked) -> None:
        connection.sendall(response(b"no"))

    with site(hasty) as serving:
        assert Client(serving).ask(method="POST", body="x" * MAX_BODY_BYTES)["body"] == "no"


def test_nothing_is_kept_from_one_request_to_the_next() -> None:
    with site(response(headers=[("Set-Cookie", "a=b")])) as serving:
        client = Client(serving)
        client.ask()
        client.ask()
    assert len(client.connector.connected) == 2
    assert client.names.asked == ["api.example.test"] * 2
    assert all("cookie" not in asked.headers for asked in serving.asked)


def test_two_threads_may_ask_at_once() -> None:
    def echo(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(response(asked.target.encode()))

    with site(echo) as serving, ThreadPoolExecutor(8) as threads:
        client = Client(serving)
        urls = [f"http://api.example.test/{number}" for number in range(64)]
        bodies = [value["body"] for value in threads.map(client.ask, urls)]
    assert bodies == [f"/{number}" for number in range(64)]


def test_an_address_that_does_not_answer_is_passed_over() -> None:
    names = Names(**{"api.example.test": [["93.184.216.1", PUBLIC]]})
    with site(response()) as serving:
        client = Client(serving, names=names)
        client.connector.dead = ["93.184.216.1"]
        assert client.ask()["status"] == 200
    assert client.connector.connected == [("93.184.216.1", 80), (PUBLIC, 80)]


# Redirects


def redirecting(locations: dict[str, tuple[int, str]]) -> Answer:
    def answer(connection: socket.socket, asked: Asked) -> None:
        status, location = locations.get(asked.target, (0, ""))
        connection.sendall(redirect(location, status) if status else response(b"end"))

    return answer


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/end", "http://api.example.test/end"),
        ("end?x=1", "http://api.example.test/a/end?x=1"),
        ("../end#part", "http://api.example.test/end"),
        ("//b.example.test/end", "http://b.example.test/end"),
        ("http://b.example.test", "http://b.example.test/"),
        ("/\u00fc b", "http://api.example.test/%C3%BC%20b"),
    ],
)
def test_a_redirect_is_followed_and_the_last_url_told(location: str, url: str) -> None:
    as_sent = location.encode().decode("latin-1")
    with site(redirecting({"/a/b": (302, as_sent)})) as serving:
        value = Client(serving).ask("http://api.example.test/a/b")
    assert (value["url"], value["redirected"], value["body"]) == (url, True, "end")


def test_a_redirect_that_says_not_where_is_a_response() -> None:
    with site(response(b"hm", status=302)) as serving:
        value = Client(serving).ask()
    assert (value["status"], value["redirected"], value["body"]) == (302, False, "hm")


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (303, "DELETE", "GET"),
        (307, "POST", "POST"),
        (308, "PATCH", "PATCH"),
    ],
)
def test_a_redirect_changes_the_method_as_browsers_do(status: int, method: str, then: str) -> None:
    with site(redirecting({"/v1": (status, "/end")})) as serving:
        Client(serving).ask(method=method, body="data", headers=[["Content-Type", "text/plain"]])
    asked = serving.asked[1]
    assert asked.line.startswith(f"{then} /end")
    kept = then == method
    assert (asked.body == b"data", "content-type" in asked.headers) == (kept, kept)


@pytest.mark.parametrize(
    ("location", "kept"), [("/end", True), ("http://b.example.test/end", False)]
)
def test_credentials_do_not_follow_to_another_origin(location: str, kept: bool) -> None:
    headers = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Other": "1"}
    with site(redirecting({"/v1": (307, location)})) as serving:
        Client(serving).ask(headers=headers)
    sent = serving.asked[1].headers
    assert ("authorization" in sent, "cookie" in sent, "x-other" in sent) == (kept, kept, True)


def test_five_redirects_are_followed_and_six_are_not() -> None:
    chain = {f"/{step}": (302, f"/{step + 1}") for step in range(MAX_REDIRECTS + 1)}
    with site(redirecting(chain)) as serving:
        assert Client(serving).ask("http://api.example.test/1")["body"] == "end"
        assert Client(serving).refusal("http://api.example.test/0").code == "quota-exceeded"
    assert len(serving.asked) == 2 * (MAX_REDIRECTS + 1)


# Where a plugin must not get


@pytest.mark.parametrize(("name", "url"), ELSEWHERE)
def test_a_plugin_cannot_ask(name: str, url: str) -> None:
    client = Client(None)
    assert client.refusal(url).code in {"permission-denied", "invalid-request"}, name
    assert client.names.asked == client.connector.connected == []


@pytest.mark.parametrize(("name", "url"), ELSEWHERE)
def test_a_redirect_cannot_lead_to(name: str, url: str) -> None:
    with site(redirect(url)) as serving:
        client = Client(serving)
        assert client.refusal().code == "permission-denied", name
    assert client.names.asked == ["api.example.test"]
    assert client.connector.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(("name", "address"), PRIVATE)
def test_a_name_cannot_lead_to(name: str, address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        client = Client(None, names=Names(**{"api.example.test": [found]}))
        refusal = client.refusal()
        assert (refusal.code, client.connector.connected) == ("permission-denied", []), name
        assert refusal.message == "api.example.test resolves to an address that is not public"


def test_more_addresses_than_are_tried_are_checked_all_the_same() -> None:
    many = [f"93.184.216.{number}" for number in range(100)]
    client = Client(None, names=Names(**{"api.example.test": [many, [*many, "10.0.0.1"]]}))
    assert client.refusal().code == "unavailable"
    assert len(client.connector.connected) == MAX_ADDRESSES
    assert client.refusal().code == "permission-denied"


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_it() -> None:
    names = Names(**{"api.example.test": [[PUBLIC], ["127.0.0.1"]]})
    with site(response(b"public")) as serving:
        client = Client(serving, names=names)
        assert client.ask()["body"] == "public"
    assert names.asked == ["api.example.test"]
    assert client.connector.connected == [(PUBLIC, 80)]


def test_a_name_that_changes_its_mind_before_a_redirect_is_checked_again() -> None:
    names = Names(**{"api.example.test": [[PUBLIC], ["127.0.0.1"]]})
    with site(redirect("/again")) as serving:
        client = Client(serving, names=names)
        assert client.refusal().code == "permission-denied"
    assert client.connector.connected == [(PUBLIC, 80)]


def test_a_rule_that_names_a_private_address_reaches_it_and_nothing_beside_it() -> None:
    with site(response(b"inside")) as serving:
        http = Http([NetworkRule.parse(f"http://127.0.0.1:{serving.port}")])
        url = f"http://127.0.0.1:{serving.port}/"
        value = http.answer("http.request", {"url": url}, monotonic() + 10)
        assert isinstance(value, dict)
        assert value["body"] == "inside"
        for other in (
            f"http://127.0.0.2:{serving.port}/",
            "http://127.0.0.1/",
            url.replace("p:", "ps:"),
        ):
            with pytest.raises(Refusal, match="does not allow"):
                http.answer("http.request", {"url": other}, monotonic() + 10)


def test_a_name_whose_address_a_rule_names_is_still_not_that_address() -> None:
    names = Names(**{"api.example.test": [["10.0.0.1"]]})
    client = Client(None, "http://api.example.test", "http://10.0.0.1", names=names)
    assert client.refusal().code == "permission-denied"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://evil.test", "permissions.network does not allow https://evil.test:443"),
        ("http://evil.test:8080/x", "permissions.network does not allow http://evil.test:8080"),
        ("http://[::1]", "permissions.network does not allow http://[::1]:80"),
    ],
)
def test_a_refusal_names_what_the_permission_lacks(url: str, message: str) -> None:
    assert Client(None).refusal(url, method="NO SUCH METHOD").message == message


def test_a_plugin_without_rules_can_ask_nothing() -> None:
    http = Http([])
    with pytest.raises(Refusal, match="does not allow") as refused:
        http.answer("http.request", {"url": HERE}, monotonic() + 10)
    assert refused.value.code == "permission-denied"


# What a plugin must not send


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"method": "CONNECT"}, "one of GET"),
        ({"method": "TRACE"}, "one of GET"),
        ({"method": "GET / HTTP/1.1\r\nX: y"}, "one of GET"),
        ({"method": 1}, "one of GET"),
        ({"headers": {"X": "a\r\nHost: evil"}}, "header X has a character"),
        ({"headers": {"X": "a\nb"}}, "header X has a character"),
        ({"headers": {"X": "a\0"}}, "header X has a character"),
        ({"headers": {"X": "a\x7f"}}, "header X has a character"),
        ({"headers": {"X": "\u0100"}}, "header X has a character"),
        ({"headers": {"X\r\nHost": "evil"}}, "not the name of a header"),
        ({"headers": {"X:": "y"}}, "not the name of a header"),
        ({"headers": {" X": "y"}}, "not the name of a header"),
        ({"headers": {"": "y"}}, "not the name of a header"),
        ({"headers": "X: y"}, "not a list"),
        ({"headers": [["X"]]}, "a pair of texts"),
        ({"headers": [["X", 1]]}, "a pair of texts"),
        ({"headers": [{"X": "y"}]}, "a pair of texts"),
        ({"method": "POST", "body": 1}, "body is not a text"),
        ({"method": "POST", "body": "a", "bodyBase64": "YQ=="}, "exclude each other"),
        ({"method": "POST", "bodyBase64": "?"}, "not base64"),
        ({"method": "POST", "bodyBase64": "é"}, "not base64"),
        ({"body": "a"}, "GET has no body"),
        ({"proxy": "http://evil"}, "proxy is not a field"),
        ({"url": 1}, "url is not a text"),
        ({"url": "/v1"}, "not an absolute URL"),
        ({"url": "http://api.example.test/\r\nX: y"}, "not an absolute URL"),
        ({"url": "http://api.example.test/\0"}, "not an absolute URL"),
        ({"url": ""}, "not an absolute URL"),
        ({"url": "http://"}, "there is no host"),
        ({"url": "http://api.example.test:99999/"}, "not a port"),
        ({"url": "http://u:p@api.example.test/"}, "a user in it"),
    ],
)
def test_a_request_that_is_wrong_is_never_sent(fields: dict[str, Any], problem: str) -> None:
    client = Client(None)
    with pytest.raises(Refusal, match=problem) as refused:
        client.http.answer("http.request", {"url": HERE, **fields}, monotonic() + 10)
    assert refused.value.code == "invalid-request"
    assert client.names.asked == client.connector.connected == []


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "CONNECTION",
        "content-length",
        "Transfer-Encoding",
        "Proxy-Authorization",
        "proxy-connection",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "Keep-Alive",
        "Accept-Encoding",
    ],
)
def test_a_header_that_is_the_hosts_business_is_refused_by_name(name: str) -> None:
    refusal = Client(None).refusal(headers=[[name, "x"]])
    assert refusal.code == "invalid-request"
    assert refusal.message == f"the header {name} is set by Pocket alone"


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://api.example.test/" + "a" * MAX_URL},
        {"headers": [["X", "y"]] * (MAX_HEADERS + 1)},
        {"headers": {"X": "y" * (64 << 10)}},
        {"method": "POST", "body": "x" * (MAX_BODY_BYTES + 1)},
        {"method": "POST", "bodyBase64": "AAAA" * (MAX_BODY_BYTES // 3 + 1)},
    ],
    ids=["url", "headers", "header", "body", "base64"],
)
def test_a_request_that_is_too_large_is_never_sent(fields: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        Client(None).http.answer("http.request", {"url": HERE, **fields}, monotonic() + 10)
    assert refused.value.code == "too-large"


def test_another_call_is_refused() -> None:
    with pytest.raises(Refusal, match=r"there is no host call http\.listen"):
        Client(None).http.answer("http.listen", {"url": HERE}, monotonic() + 10)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["call", "method", "headers", "body", "bodyBase64", "x"]), _JSON
    )
    | st.fixed_dictionaries({"method": st.just("POST"), "headers": _JSON, "body": st.text()})
)
def test_no_request_raises_anything_but_a_refusal(asked: dict[str, Any]) -> None:
    with contextlib.suppress(Refusal):
        for name, value in HttpRequest.parse(asked, HttpUrl.parse(HERE)).wire_headers():
            assert not set(name + value) & set(b"\r\n\0")


_URL_PIECES = st.lists(
    st.sampled_from(
        ["http://", "HTTPS://", "//", "/", "\\", "@", "api.example.test", "[::1]", ":80"]
    )
    | st.sampled_from(["?", "#", "%", "..", "é", " ", "\t", ":", "*"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@given(_URL_PIECES, _URL_PIECES)
def test_a_url_is_refused_or_means_the_same_when_read_again(text: str, location: str) -> None:
    try:
        url = HttpUrl.parse(text).join(location)
    except ValueError:
        return
    assert HttpUrl.parse(str(url)) == url
    assert str(url).isascii()
    assert url.target.startswith("/")


# What a server must not do


def test_a_gzip_bomb_ends_at_the_cap() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()
    tracemalloc.start()
    try:
        with pytest.raises(Refusal, match="larger than 10MB") as refused:
            read_body(iter([bomb]), gzipped=True, max_bytes=MAX_BODY_BYTES)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.code == "too-large"
    assert peak < 3 * MAX_BODY_BYTES
    with site(response(bomb, headers=[("Content-Encoding", "gzip")])) as serving:
        assert Client(serving).refusal().code == "too-large"


def test_gzip_that_unpacks_to_nothing_for_ever_ends_at_the_cap() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    start = gzip.compress(b"")[:10]

    def stored_blocks(connection: socket.socket, _: Asked) -> None:
        connection.sendall(head + start)
        write_for_ever(connection, b"\0\0\0\xff\xff" * 10_000)

    with site(stored_blocks) as serving:
        assert Client(serving).refusal().code == "too-large"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_never_ends_is_cut_at_the_cap(chunked: bool) -> None:
    def endless(connection: socket.socket, _: Asked) -> None:
        how = b"Transfer-Encoding: chunked\r\n" if chunked else b""
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + how + b"\r\n")
        write_for_ever(
            connection, b"10000\r\n" + b"x" * 65536 + b"\r\n" if chunked else b"x" * 65536
        )

    with site(endless) as serving:
        assert Client(serving).refusal().code == "too-large"


def test_a_body_of_exactly_the_cap_comes_whole() -> None:
    with site(response(b"x" * MAX_BODY_BYTES)) as serving:
        assert len(Client(serving).ask()["body"]) == MAX_BODY_BYTES


def test_a_body_in_crumbs_is_refused() -> None:
    with pytest.raises(Refusal, match=f"more than {MAX_PIECES} pieces"):
        read_body(repeat(b"x"), gzipped=False, max_bytes=MAX_BODY_BYTES)


def drip(connection: socket.socket, first: bytes, crumb: bytes) -> None:
    connection.sendall(first)
    connection.settimeout(0.02)
    while True:
        connection.sendall(crumb)
        try:
            if not connection.recv(1):
                return
        except TimeoutError:
            continue


@pytest.mark.parametrize(
    ("first", "crumb"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b""),
        (b"", b""),
    ],
    ids=["body", "chunks", "head", "continue", "silence in the body", "silence"],
)
def test_a_server_that_drips_or_is_silent_ends_at_the_deadline(first: bytes, crumb: bytes) -> None:
    with site(lambda connection, _: drip(connection, first, crumb)) as serving:
        began = monotonic()
        assert Client(serving).refusal(time_s=0.4).code == "timeout"
        assert 0.3 < monotonic() - began < 2


def test_a_request_has_less_time_than_a_call_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocket.capability.http.MAX_TIME_S", 0.3)
    with deaf_port() as port:
        began = monotonic()
        assert Client(port).refusal(time_s=3600).code == "timeout"
        assert monotonic() - began < 2


def test_a_plugin_may_wait_for_less() -> None:
    with deaf_port() as port:
        began = monotonic()
        assert Client(port).refusal(time_s=3600, timeoutMs=300).code == "timeout"
        assert 0.3 <= monotonic() - began < 2
        assert Client(port).refusal(time_s=0.3, timeoutMs=3.6e6).code == "timeout"
        assert monotonic() - began < 4


@pytest.mark.parametrize("wrong", [-1, "300", True, [300]])
def test_a_time_to_wait_is_a_number_of_milliseconds(wrong: object) -> None:
    refusal = Client(None).refusal(timeoutMs=wrong)
    assert (refusal.code, refusal.message) == (
        "invalid-request",
        "timeoutMs is not a number of milliseconds",
    )


def test_a_server_that_does_not_read_ends_at_the_deadline() -> None:
    with deaf_port() as port:
        refusal = Client(port).refusal(method="POST", body="x" * MAX_BODY_BYTES, time_s=0.4)
    assert refusal.code == "timeout"


def test_a_server_that_reads_in_sips_ends_at_the_deadline() -> None:
    def sip(listening: socket.socket, over: Event) -> None:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(1 << 14) and not over.wait(0.01):
                pass

    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as threads:
        sipping = threads.submit(sip, listening, over)
        client, began = Client(listening.getsockname()[1]), monotonic()
        client.connector.send_buffer_bytes = 1 << 14
        try:
            refusal = client.refusal(method="POST", body="x" * MAX_BODY_BYTES, time_s=0.4)
        finally:
            over.set()
        assert refusal.code == "timeout"
        assert monotonic() - began < 2
        sipping.result()


def test_a_chain_of_slow_redirects_has_one_deadline() -> None:
    def slow(connection: socket.socket, asked: Asked) -> None:
        connection.settimeout(0.25)
        try:
            read_to_the_end(connection)
        except TimeoutError:
            connection.sendall(redirect("/next"))

    with site(slow) as serving:
        began = monotonic()
        assert Client(serving).refusal(time_s=0.6).code == "timeout"
        assert monotonic() - began < 2
    assert len(serving.asked) < MAX_REDIRECTS


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * (65 << 10) + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (MAX_HEADERS + 1) + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 5_000,
    ],
    ids=["one large", "too many", "both", "endless hints"],
)
def test_headers_without_measure_are_refused(head: bytes) -> None:
    with site(head) as serving:
        assert Client(serving).refusal().code == "too-large"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        response(b"not gzip", headers=[("Content-Encoding", "gzip")]),
        response(gzip.compress(b"x" * 100)[:-9], headers=[("Content-Encoding", "gzip")]),
        response(b"x", headers=[("Content-Encoding", "br")]),
        response(b"x", headers=[("Content-Encoding", "gzip, gzip")]),
        response(b"x", headers=[("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")]),
    ],
)
def test_an_answer_that_is_broken_is_unavailable(answer: bytes) -> None:
    with site(answer) as serving:
        refusal = Client(serving).refusal()
    assert refusal.code == "unavailable"
    assert "127.0.0.1" not in refusal.message


class Scripted:
    """A connector to a peer that has said all it will ever say."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def connect(self, address: IPAddress, port: int, timeout_s: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        theirs.sendall(self.data)
        theirs.shutdown(socket.SHUT_WR)
        theirs.close()
        return ours


_WIRE_PIECES = st.lists(
    st.sampled_from(
        [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 302 \r\n", b"HTTP/1.1 100 C\r\n\r\n", b"\r\n"]
    )
    | st.sampled_from([b"Location: ", b"/", b"//a.example.test:", b"http://", b"\xff", b"Content-"])
    | st.sampled_from([b"Encoding: gzip\r\n", b"Length: 3\r\n", b"Transfer-Encoding: chunked\r\n"])
    | st.sampled_from(
        [b"3\r\nabc\r\n", b"0\r\n\r\n", gzip.compress(b"abc"), b"HTTP/1.1 204 No\r\n"]
    )
    | st.binary(max_size=4),
    max_size=10,
).map(b"".join)


@given(_WIRE_PIECES, st.sampled_from(METHODS))
def test_no_answer_raises_anything_but_a_refusal(data: bytes, method: str) -> None:
    rules = [NetworkRule.parse("http://*.example.test")]
    http = Http(rules, resolver=Names(), connector=Scripted(data))
    with contextlib.suppress(Refusal):
        value = http.answer("http.request", {"url": HERE, "method": method}, monotonic() + 10)
        orjson.dumps(value)


def test_a_host_that_nobody_serves_is_unavailable() -> None:
    refusal = Client(None).refusal()
    assert (refusal.code, refusal.message) == (
        "unavailable",
        "no connection to http://api.example.test:80",
    )


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_failure_leaves_a_descriptor_open() -> None:
    bad = [b"", response(b"cut")[:-1], redirect("http://evil.test/"), b"HTTP/1.1 101 X\r\n\r\n"]

    def failing(connection: socket.socket, asked: Asked) -> None:
        connection.sendall(bad[int(asked.target[1:]) % len(bad)])

    with site(failing) as plain, site(b"", "selfsigned.pem") as secure:
        before = 0
        for number in range(40):
            Client(plain).refusal(f"http://api.example.test/{number}")
            Client(secure, "api.example.test").refusal("https://api.example.test")
            plain.settle()
            secure.settle()
            before = before or open_descriptors()
        assert open_descriptors() == before


# TLS


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the authority of the tests, as an operator would."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))


def test_a_server_that_signed_its_own_certificate_is_unavailable() -> None:
    with site(response(), "selfsigned.pem") as serving:
        refusal = Client(serving, "api.example.test").refusal("https://api.example.test")
    assert refusal.code == "unavailable"
    assert "certificate of https://api.example.test:443 is not valid: self" in refusal.message
    assert serving.asked == []


@pytest.mark.usefixtures("trust")
def test_a_certificate_is_checked_against_the_name_though_the_socket_goes_to_an_address() -> None:
    with site(response(b"secret"), "trusted.pem") as serving:
        client = Client(serving, "*.example.test")
        assert client.ask("https://api.example.test")["body"] == "secret"
        assert client.ask("https://a.wild.example.test")["body"] == "secret"
        refusal = client.refusal("https://other.example.test")
    assert refusal.code == "unavailable"
    assert "Hostname mismatch" in refusal.message


@pytest.mark.usefixtures("trust")
def test_a_redirect_from_https_to_http_needs_a_rule_for_http() -> None:
    with site(redirect("http://api.example.test/"), "trusted.pem") as serving:
        client = Client(serving, "https://api.example.test")
        assert client.refusal("https://api.example.test").code == "permission-denied"
    assert client.connector.connected == [(PUBLIC, 443)]


def test_a_server_that_does_not_speak_tls_is_unavailable() -> None:
    with site(b"", greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as serving:
        refusal = Client(serving, "api.example.test").refusal("https://api.example.test")
    assert refusal.code == "unavailable"
    assert refusal.message == "https://api.example.test:443 does not speak TLS"


def test_a_tls_handshake_that_never_ends_ends_at_the_deadline() -> None:
    with deaf_port() as port:
        client = Client(port, "api.example.test")
        assert client.refusal("https://api.example.test", time_s=0.4).code == "timeout"


# Costs


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    code = (
        "import sys, pocket.capability.http as h; from pocket.plugin.network_rule import NetworkRule;"
        "h.Http([NetworkRule.parse('api.example.test')]);"
        "print(sorted({'httpx', 'httpcore', 'h11', 'anyio', 'idna', 'certifi', 'ssl', 'yaml'} & set(sys.modules)))"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": root},
    )
    assert done.stdout == "[]\n"
