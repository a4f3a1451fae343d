"""The `siege` fixture, and the table of its rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest

import pocket
from abuse.siege import Siege
from abuse.table import Row

_WARM = (httpx, jsonschema)
"""Imported before any baseline, which they would change."""

CHAPTERS = {
    "test_guest_code": "1 Guest code",
    "test_compile": "2 Compile",
    "test_taken_over": "3 A worker that was taken over",
    "test_protocol": "4 Protocol",
    "test_packages": "5 Packages",
    "test_network": "6 Network capability",
    "test_files": "7 Files capability",
    "test_host_life": "8 Host life",
    "test_frames": "4 Protocol",
}


@pytest.fixture
def row(request: pytest.FixtureRequest, abuse_rows: list[Row]) -> Row:
    """The row of the table that this test fills in."""
    module = request.node.module.__name__.rpartition(".")[2]
    name = request.node.name.removeprefix("test_").replace("_", " ")
    if hasattr(request.node, "callspec"):
        name = request.node.callspec.id
    row = Row(CHAPTERS[module], name)
    abuse_rows.append(row)
    return row


@pytest.fixture
def siege(row: Row, shared_home: Path, tmp_path: Path) -> Iterator[Siege]:
    """One attack on a host that has another plugin too."""
    gc.collect()
    with pocket.Host(home=shared_home) as host:
        yield Siege(row, host, shared_home, tmp_path)
