"""The system's resolver: whatever it does, nobody waits for it past the deadline."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_address
from threading import Event
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket.capability.public_address import is_public
from pocket.capability.resolver import MAX_LOOKUPS, SystemResolver

LOOKUPS: list[bytes] = []


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """A resolver of the system that says nothing until the event is set."""
    released = Event()
    LOOKUPS.clear()

    def getaddrinfo(name: bytes, *_: Any, **__: Any) -> list[Any]:
        LOOKUPS.append(name)
        released.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "later")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield released
    released.set()


def test_an_address_is_found_by_the_machines_own_means() -> None:
    found = SystemResolver().resolve("localhost", 80, monotonic() + 10)
    assert ip_address("127.0.0.1") in found


def test_a_name_without_an_address_is_an_error_at_once() -> None:
    with pytest.raises(OSError):
        SystemResolver().resolve("a" * 64 + ".invalid", 80, monotonic() + 10)


@pytest.mark.usefixtures("stuck")
def test_a_lookup_ends_at_the_deadline() -> None:
    began = monotonic()
    with pytest.raises(TimeoutError):
        SystemResolver().resolve("api.example.test", 80, began + 0.2)
    assert 0.1 < monotonic() - began < 2


def test_lookups_that_hang_do_not_pile_up(stuck: Event) -> None:
    resolver, calls = SystemResolver(), MAX_LOOKUPS + 3
    for _ in range(calls):
        with pytest.raises(TimeoutError):
            resolver.resolve("api.example.test", 80, monotonic() + 0.05)
    assert len(LOOKUPS) == MAX_LOOKUPS
    stuck.set()
    with pytest.raises(socket.gaierror):
        resolver.resolve("api.example.test", 80, monotonic() + 10)


@given(st.ip_addresses())
def test_a_public_address_is_global_for_python_too(address: Any) -> None:
    assert address.is_global or not is_public(address)
    assert not address.is_multicast or not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00::1"])
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))
