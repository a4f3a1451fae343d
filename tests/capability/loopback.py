"""A server on loopback that answers as a test says, and names and sockets that lead to it."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from pocket.capability.connector import SystemConnector
from pocket.plugin.host_name import IPAddress

CERTIFICATES = Path(__file__).parent / "certificates"
PUBLIC = "93.184.216.34"
"""Where the names of these tests seem to live; nobody connects to it."""


class Asked(NamedTuple):
    """A request as the server got it."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


Answer = Callable[[socket.socket, Asked], None]


class Site:
    """Listens on 127.0.0.1, keeps what it was asked, and answers each connection once."""

    def __init__(self, answer: Answer, certificate: str | None, greeting: bytes) -> None:
        self.asked: list[Asked] = []
        self._answer = answer
        self._greeting = greeting
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(CERTIFICATES / certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads: list[Thread] = []
        self._open: list[socket.socket] = []
        self.port: int = self._listening.getsockname()[1]
        self._accepting = Thread(target=self._accept)
        self._accepting.start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.settle()

    def settle(self) -> None:
        """Wait until every connection so far is over."""
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._open.append(connection)
                thread = Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError, ValueError):
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with connection:
                connection.sendall(self._greeting)
                asked = _read(connection)
                self.asked.append(asked)
                self._answer(connection, asked)
        plain.close()


@contextmanager
def site(
    answer: Answer | bytes, certificate: str | None = None, greeting: bytes = b""
) -> Iterator[Site]:
    """Serve what a function writes, or the same bytes to everybody."""

    def always(connection: socket.socket, _: Asked) -> None:
        assert isinstance(answer, bytes)
        connection.sendall(answer)

    serving = Site(always if isinstance(answer, bytes) else answer, certificate, greeting)
    try:
        yield serving
    finally:
        serving.close()


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port where the kernel takes connections and nobody ever reads."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def _read(connection: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _some(connection)
    return Asked(line, headers, body)


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(1 << 16)
    if not data:
        raise ConnectionError
    return data


def response(
    body: bytes = b"", *, status: int = 200, headers: Sequence[tuple[str, str]] = ()
) -> bytes:
    lines = [f"HTTP/1.1 {status} Fine", *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(location: str, status: int = 302) -> bytes:
    return response(b"gone", status=status, headers=[("Location", location)])


class Names:
    """A resolver: each name has its answers in turn, and the last one for ever."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def resolve(self, host: str, port: int, deadline: float) -> Sequence[IPAddress]:
        known = self.answers.get(host, [[PUBLIC]])
        found = known[min(self.asked.count(host), len(known) - 1)]
        self.asked.append(host)
        return [ipaddress.ip_address(address) for address in found]


class ToSite:
    """A connector: wherever a socket should go, it goes to one port of loopback, or fails."""

    def __init__(self, port: int | None) -> None:
        self.port = port
        self.dead: list[str] = []
        self.send_buffer_bytes: int | None = None
        self.connected: list[tuple[str, int]] = []

    def connect(self, address: IPAddress, port: int, timeout_s: float) -> socket.socket:
        self.connected.append((str(address), port))
        if self.port is None or str(address) in self.dead:
            raise ConnectionRefusedError
        loopback = ipaddress.ip_address("127.0.0.1")
        connection = SystemConnector().connect(loopback, self.port, timeout_s)
        if self.send_buffer_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer_bytes)
        return connection
