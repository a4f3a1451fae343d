"""Fetching packages, from servers of every kind; each is a real one on this machine."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from pocket.errors import InstallError, InvalidInput, InvalidPackage
from pocket.plugin import sources
from pocket.plugin.sources import fetch

BODY = b"x" * 200_000


class Handler(BaseHTTPRequestHandler):
    """Answers each path with what a test wants of it."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, text: str, *arguments: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.asked.append(
            (self.path, {name.lower(): value for name, value in self.headers.items()})
        )
        getattr(self, self.path.split("/")[1].replace("-", "_"))()
        self.close_connection = True

    def answer(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"content_length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self) -> None:
        self.answer(body=BODY)

    def missing(self) -> None:
        self.answer(404, b"not here")

    def partial(self) -> None:
        self.answer(206, BODY)

    def redirect(self) -> None:
        left = int(self.path.rsplit("/", 1)[1])
        self.answer(302, location=f"/redirect/{left - 1}" if left else "/good")

    def redirect_to_file(self) -> None:
        self.answer(302, location="file:///etc/passwd")

    def redirect_to_nothing(self) -> None:
        self.answer(302)

    def compressed(self) -> None:
        self.answer(body=BODY, content_encoding="gzip")

    def cut_off(self) -> None:
        self.answer(body=BODY, content_length="200001")

    def huge_length(self) -> None:
        self.answer(body=b"x", content_length="9" * 5000)

    def no_length(self) -> None:
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\nabc\r\n0\r\n\r\n")

    def endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"x")

    def endless_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx: ")
        self.drip(b"x")

    def silent(self) -> None:
        self.server.done.wait(30)

    def nonsense(self) -> None:
        self.wfile.write(b"\0\1\2 nothing of HTTP\r\n\r\n")

    def drip(self, byte: bytes) -> None:
        while not self.server.done.wait(0.02):
            try:
                self.wfile.write(byte)
            except OSError:
                return


class Server(ThreadingHTTPServer):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.done = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.done.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def refusal(server: Server) -> Callable[..., str]:
    def refusal(path: str, **options: int) -> str:
        with pytest.raises(InstallError) as raised:
            fetch(server.url(path), **options)
        return str(raised.value).replace(f"127.0.0.1:{server.server_port}", "host")

    return refusal


def test_a_download_tells_its_progress(server: Server) -> None:
    told: list[tuple[int, int | None]] = []
    data = fetch(server.url("/good"), on_progress=lambda done, total: told.append((done, total)))
    assert data == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert server.asked[0][1]["accept-encoding"] == "identity"
    assert fetch(server.url("/no-length"), on_progress=lambda *now: told.append(now)) == b"abc"
    assert told[-1] == (3, None)


def test_a_scheme_may_be_written_in_capitals(server: Server) -> None:
    assert fetch(server.url("/good").replace("http", "HTTP")) == BODY


def test_a_hash_is_held_against_what_came(server: Server, tmp_path: Path) -> None:
    right = hashlib.sha256(BODY).hexdigest()
    assert fetch(server.url("/good"), sha256=right.upper()) == BODY
    with pytest.raises(InstallError, match=f"its SHA-256 is {right}, not {'0' * 64}"):
        fetch(server.url("/good"), sha256="0" * 64)
    (tmp_path / "file").write_bytes(BODY)
    assert fetch(str(tmp_path / "file"), sha256=f" {right}\n") == BODY
    before = len(server.asked)
    for wrong in ("", "abc", "é" * 64, right + "0"):
        with pytest.raises(InvalidInput, match="is no SHA-256"):
            fetch(server.url("/good"), sha256=wrong)
    assert len(server.asked) == before


def test_redirects_are_followed_up_to_five(server: Server, refusal: Callable[..., str]) -> None:
    assert fetch(server.url("/redirect/4")) == BODY
    server.asked.clear()
    assert refusal("/redirect/5") == "http://host/good: more than 5 redirects"
    assert len(server.asked) == 6


def test_a_redirect_leads_from_https_to_nothing_else() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "http://example.com/plugin"})

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as client,
        pytest.raises(
            InstallError, match=r"redirects to http://example\.com/plugin, which is not https"
        ),
    ):
        sources._follow(client, httpx.URL("https://example.com/"), 100, None)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/missing", "http://host/missing: the server answers 404 Not Found"),
        ("/partial", "http://host/partial: the server answers 206 Partial Content"),
        ("/redirect-to-file", "unsupported protocol 'file://'"),
        ("/redirect-to-nothing", "the server answers 302 Found"),
        ("/compressed", "the server compresses what was asked for as it is"),
        ("/cut-off", "peer closed connection without sending complete message body"),
        ("/huge-length", ""),
        ("/nonsense", ""),
    ],
)
def test_an_answer_that_is_no_file_is_an_error_with_the_address(
    refusal: Callable[..., str], path: str, problem: str
) -> None:
    said = refusal(path)
    assert said.startswith(f"http://host{path}: ")
    assert problem in said


def test_no_more_is_read_than_the_cap(server: Server, refusal: Callable[..., str]) -> None:
    assert fetch(server.url("/good"), max_bytes=len(BODY)) == BODY
    assert refusal("/good", max_bytes=len(BODY) - 1) == "http://host/good: larger than 195.3KB"
    assert refusal("/endless", max_bytes=5) == "http://host/endless: larger than 5B"


@pytest.mark.parametrize("path", ["/endless", "/endless-header", "/silent"])
def test_a_server_that_never_ends_is_given_up(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(sources, "MAX_DOWNLOAD_S", 0.3)
    began = time.monotonic()
    assert refusal(path) == f"http://host{path}: took longer than 300ms"
    assert time.monotonic() - began < 5


def test_a_silent_server_is_given_up_sooner(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "TIMEOUT_S", 0.1)
    assert refusal("/silent") == "http://host/silent: timed out"


def test_other_addresses_are_refused_by_name(tmp_path: Path) -> None:
    for source in ("ftp://example.com/x", "file:///etc/passwd", "javascript://x"):
        with pytest.raises(InstallError, match="only http, https and files"):
            fetch(source)
    for source in ("http://", "http://[", "http://a b/", "https://example.com:99999/"):
        with pytest.raises(InstallError):
            fetch(source)
    with pytest.raises(InstallError, match="Connection refused"):
        fetch("http://127.0.0.1:1/")
    with pytest.raises(InvalidPackage, match="No such file"):
        fetch(str(tmp_path / "missing"))
