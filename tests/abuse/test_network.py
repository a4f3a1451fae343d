"""Network: a plugin with a permission for one site asks for others, and a site answers badly."""

from __future__ import annotations

import gzip
import socket
import zlib
from itertools import repeat

import orjson
import pytest
from capability.loopback import Answer, Asked, Names, ToSite, redirect, response, site
from guests.build import guest, source_section

import pocket
from abuse.siege import Siege
from pocket.capability.broker import Broker
from pocket.capability.http import Http
from pocket.plugin.network_rule import NetworkRule
from pocket.supervisor.surroundings import Grants

HERE = "http://api.example.test/"
OUT = {
    "a cloud's metadata": "http://169.254.169.254/latest/meta-data",
    "localhost": "http://localhost/",
    "a decimal host": "http://2130706433/",
    "an octal host": "http://0177.0.0.1/",
    "v4-mapped v6": "http://[::ffff:127.0.0.1]/",
    "6to4": "http://[2002:7f00:1::1]/",
    "Teredo": "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "carrier NAT": "http://100.64.0.1/",
    "a user before the host": "http://api.example.test@evil.test/",
    "trailing dots": "http://api.example.test../",
    "a suffix that goes on": "http://api.example.test.evil/",
    "a suffix glued on": "http://evilexample.test/",
    "a file": "file:///etc/passwd",
    "a line break in the URL": "http://api.example.test/\r\nHost: evil.test",
}


def _asking(url: str, **fields: object) -> bytes:
    request = orjson.dumps({"call": "http.request", "url": url, **fields})
    return guest("ask") + source_section(request)


class Plugin:
    """A plugin that asks for a URL, of a host whose sockets all lead to one port of loopback."""

    def __init__(
        self,
        siege: Siege,
        monkeypatch: pytest.MonkeyPatch,
        url: str = HERE,
        *,
        names: Names | None = None,
        timeout: str = "3s",
    ) -> None:
        self.connector = ToSite(None)
        rules = [NetworkRule.parse("http://*.example.test")]
        http = Http(rules, resolver=names or Names(), connector=self.connector)
        monkeypatch.setattr(
            "pocket.supervisor.host.grants_of",
            lambda manifest, home, _: Grants(manifest, home, Broker("hostile", {"http": http})),
        )
        self._plugin = siege.load(
            _asking(url), permissions={"timeout": timeout, "cpu": "1s", "memory": "100MB"}
        )

    def ask(self) -> object:
        return self._plugin.call("main", None).output

    def ask_of(self, answer: Answer | bytes) -> object:
        """Ask while a site answers."""
        with site(answer) as serving:
            self.connector.port = serving.port
            return self.ask()


@pytest.mark.parametrize("url", OUT.values(), ids=OUT)
def test_a_url(siege: Siege, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    plugin = Plugin(siege, monkeypatch, url)
    siege.refused(plugin.ask, "permission-denied", "invalid-request")
    assert plugin.connector.connected == []


REDIRECTS = OUT | {"a line break in the URL": "http://evil.test/%0d%0aHost: api.example.test"}


@pytest.mark.parametrize(
    "url", REDIRECTS.values(), ids=[f"a redirect to {name}" for name in REDIRECTS]
)
def test_a_redirect(siege: Siege, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    plugin = Plugin(siege, monkeypatch)
    siege.refused(lambda: plugin.ask_of(redirect(url)), "permission-denied")
    assert len(plugin.connector.connected) == 1


PRIVATE = {
    "loopback": [["127.0.0.1"]],
    "a private address beside a public one": [["93.184.216.34", "10.0.0.1"]],
    "a private v6 address beside public ones": [["93.184.216.34", "fd00::1"]],
    "v4-mapped v6": [["::ffff:10.0.0.1"]],
    "NAT64": [["64:ff9b::7f00:1"]],
}


@pytest.mark.parametrize("answers", PRIVATE.values(), ids=[f"a name that is {n}" for n in PRIVATE])
def test_a_name(siege: Siege, monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> None:
    names = Names(**{"api.example.test": answers})
    plugin = Plugin(siege, monkeypatch, names=names)
    siege.refused(plugin.ask, "permission-denied")
    assert plugin.connector.connected == []


def test_a_name_that_turns_private_before_a_redirect(
    siege: Siege, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(**{"api.example.test": [["93.184.216.34"], ["127.0.0.1"]]})
    plugin = Plugin(siege, monkeypatch, names=names)
    siege.refused(lambda: plugin.ask_of(redirect(HERE + "again")), "permission-denied")
    assert plugin.connector.connected == [("93.184.216.34", 80)]


def _for_ever(connection: socket.socket, head: bytes, piece: bytes) -> None:
    connection.sendall(head)
    for data in repeat(piece):
        connection.sendall(data)


def _endless(connection: socket.socket, _: Asked) -> None:
    _for_ever(connection, b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)


def _endless_chunks(connection: socket.socket, _: Asked) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    _for_ever(connection, head, b"1\r\nx\r\n" * 1000)


def _endless_head(connection: socket.socket, _: Asked) -> None:
    _for_ever(connection, b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000)


def _endless_gzip(connection: socket.socket, _: Asked) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    _for_ever(connection, head + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 10_000)


def _gzip_bomb(connection: socket.socket, _: Asked) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(300)) + packer.flush()
    connection.sendall(response(bomb, headers=[("Content-Encoding", "gzip")]))


def _silence(connection: socket.socket, _: Asked) -> None:
    while connection.recv(65536):
        pass


def _no_http(connection: socket.socket, _: Asked) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")


SERVERS = {
    "a body that never ends": (_endless, "too-large"),
    "a body of chunks of one byte that never ends": (_endless_chunks, "too-large"),
    "a head that never ends": (_endless_head, "too-large"),
    "gzip of nothing that never ends": (_endless_gzip, "too-large"),
    "a gzip bomb": (_gzip_bomb, "too-large"),
    "silence": (_silence, "timeout"),
    "no HTTP": (_no_http, "unavailable"),
}


@pytest.mark.parametrize(("answer", "code"), SERVERS.values(), ids=SERVERS)
def test_a_server(siege: Siege, monkeypatch: pytest.MonkeyPatch, answer: Answer, code: str) -> None:
    timeout = "1s" if code == "timeout" else "8s"
    plugin = Plugin(siege, monkeypatch, timeout=timeout)
    siege.refused(lambda: plugin.ask_of(answer), code)


def test_redirects_without_end(siege: Siege, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = Plugin(siege, monkeypatch)
    siege.refused(lambda: plugin.ask_of(redirect(HERE)), "quota-exceeded")


def test_a_plugin_without_the_permission(siege: Siege) -> None:
    plugin = siege.load(_asking("http://169.254.169.254/"))
    siege.refused(lambda: plugin.call("main", None).output, "permission-denied")


def test_a_socket_by_wasi(siege: Siege) -> None:
    plugin = siege.load("open_file")
    siege.answers(
        lambda: plugin.call("main", None).output != 0, True, by="worker: no such descriptor"
    )


def test_a_manifest_that_asks_for_everything(siege: Siege) -> None:
    siege.fails(
        lambda: siege.load("echo", permissions={"network": ["*"]}),
        pocket.InvalidManifest,
        pocket.PermissionDenied,
    )
