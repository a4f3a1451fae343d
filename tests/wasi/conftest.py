"""Folders for guests, and a guest that has one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wasi.console import Console, console
from wasi.driver import READS, WRITES, Grant


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A granted folder, with a secret beside it."""
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "hello").write_text("hello")
    (folder / "sub").mkdir()
    (folder / "sub" / "deep").write_text("deep")
    return folder


@pytest.fixture
def guest(data: Path) -> Iterator[Console]:
    """A guest with `data` as its descriptor 3, to read and to write."""
    with Console(console(), [Grant(data)]) as guest:
        yield guest


@pytest.fixture
def reader(data: Path) -> Iterator[Console]:
    """The same, to read only."""
    with Console(console(), [Grant(data, mode=READS)]) as guest:
        yield guest


@pytest.fixture
def writer(data: Path) -> Iterator[Console]:
    """The same, to write only."""
    with Console(console(), [Grant(data, mode=WRITES)]) as guest:
        yield guest
