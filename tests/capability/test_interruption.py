"""What a host call waits for ends when another thread says so."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import Names, deaf_port, site

from pocket.capability.http import Http
from pocket.capability.interruption import Interruption, interruptible
from pocket.capability.refusal import Refusal
from pocket.plugin.network_rule import NetworkRule

SOON_S = 5.0


def _interrupted(url: str, http: Http, waiting: Callable[[], object]) -> tuple[str, float]:
    """Ask, interrupt once `waiting` returned, and give the refusal's code and how long it took."""
    interruption, codes = Interruption(), []

    def ask() -> None:
        with interruption.covering(), pytest.raises(Refusal) as raised:
            http.answer("http.request", {"url": url}, time.monotonic() + 25)
        codes.append(raised.value.code)

    thread = threading.Thread(target=ask)
    thread.start()
    waiting()
    begun = time.monotonic()
    interruption.happen()
    thread.join()
    return codes[0], time.monotonic() - begun


@contextmanager
def _full_port() -> Iterator[int]:
    """A port whose queue is full, so that connecting waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = []
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", port))
            waiting.append(connection)
        try:
            yield port
        finally:
            for connection in waiting:
                connection.close()


def _count(port: int, state: str) -> int:
    """Count the sockets that lead to a port: 01 are connected, 02 are waiting for that."""
    return Path("/proc/net/tcp").read_text().count(f":{port:04X} {state} ")


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_waiting_for_a_response_or_for_tls_ends(scheme: str) -> None:
    asked = threading.Event()
    over = threading.Event()

    def hang(connection: socket.socket, _: object) -> None:
        asked.set()
        over.wait(30)

    if scheme == "http":
        with site(hang) as server:
            url = f"http://127.0.0.1:{server.port}"
            code, took_s = _interrupted(url, Http([NetworkRule.parse(url)]), asked.wait)
            over.set()
    else:
        with deaf_port() as port:
            url = f"https://127.0.0.1:{port}"
            code, took_s = _interrupted(
                url, Http([NetworkRule.parse(url)]), lambda: _until(lambda: _count(port, "01") > 0)
            )
    assert (code, took_s < SOON_S) == ("unavailable", True)


def test_waiting_for_a_connection_ends() -> None:
    with _full_port() as port:
        url = f"http://127.0.0.1:{port}"
        before = _count(port, "02")
        code, took_s = _interrupted(
            url, Http([NetworkRule.parse(url)]), lambda: _until(lambda: _count(port, "02") > before)
        )
    assert (code, took_s < SOON_S) == ("unavailable", True)


def test_waiting_for_a_name_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, over = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        asked.set()
        over.wait(30)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hang)
    http = Http([NetworkRule.parse("api.example.com")])
    code, took_s = _interrupted("https://api.example.com/", http, asked.wait)
    over.set()
    assert (code, took_s < SOON_S) == ("unavailable", True)


def test_what_begins_after_an_interruption_is_not_begun() -> None:
    interruption = Interruption()
    interruption.happen()
    http = Http([NetworkRule.parse("api.example.com")], resolver=Names())
    with interruption.covering(), pytest.raises(Refusal, match="stopped"):
        http.answer("http.request", {"url": "http://api.example.com/"}, time.monotonic() + 25)


def test_an_interruption_ends_nothing_of_another_worker() -> None:
    one, other = Interruption(), Interruption()
    ended: list[str] = []
    with one.covering(), interruptible(lambda: ended.append("one")):
        other.happen()
        assert ended == []
        one.happen()
    assert ended == ["one"]
