"""The `siege` fixture, and the table of its rows."""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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
    "test_metadata_answers": "1 Guest code",
    "test_compile": "2 Compile",
    "test_taken_over": "3 A worker that was taken over",
    "test_protocol": "4 Protocol",
    "test_packages": "5 Packages",
    "test_network": "6 Network capability",
    "test_files": "7 Files capability",
    "test_host_life": "8 Host life",
    "test_frames": "4 Protocol",
    "test_programs": "9 Programs of workflows",
    "test_streams": "4 Protocol",
    "test_lines": "10 Lines of a crash",
}


@pytest.fixture
def row(request: pytest.FixtureRequest, abuse_rows: list[Row]) -> Row:
    """The row of the table that this test fills in."""
    module = request.node.module.__name__.rpartition(".")[2]
    name = request.node.name.removeprefix("test_").replace("_", " ")
    if hasattr(request.node, "callspec"):
        name = request.node.callspec.id
        who, _, what = name.partition("-")
        name = f"{what}, {who}" if who.startswith("as ") else name
    row = Row(CHAPTERS[module], name)
    abuse_rows.append(row)
    return row


@pytest.fixture
def siege(
    row: Row, shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Siege]:
    """One attack on a host that has another plugin too."""
    gc.collect()
    own = tmp_path / "tmp"  # others use the machine's
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    with pocket.Host(home=shared_home) as host:
        yield Siege(row, host, shared_home, tmp_path)


SOURCE = Path(__file__).parent / "hostile_worker" / "hostile_worker.c"


@pytest.fixture(scope="session")
def hostile_worker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The native program that stands in for a worker that was taken over."""
    program = tmp_path_factory.mktemp("hostile") / "hostile_worker"
    compiler = ["cc"] if shutil.which("cc") else [sys.executable, "-m", "ziglang", "cc"]
    subprocess.run([*compiler, "-O1", "-o", program, SOURCE], check=True, timeout=120)
    return program


TakeOver = Callable[..., pocket.Plugin]


@pytest.fixture
def take_over(
    siege: Siege, hostile_worker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> TakeOver:
    """Load a good plugin whose workers, from now on, do what a scenario of the stand-in says."""

    def take_over(scenario: str, guest: str = "echo", **permissions: object) -> pocket.Plugin:
        plugin = siege.load(guest, permissions={"timeout": "1s"} | permissions)
        for asked_for_metadata in plugin._pool.idle():
            plugin._pool.reap(asked_for_metadata)
        program = tmp_path / scenario
        program.symlink_to(hostile_worker)
        monkeypatch.setattr("pocket.supervisor.process.find_worker", lambda: str(program))
        return plugin

    return take_over


def stand_ins(program: Path) -> list[int]:
    """Give the processes that still run the stand-in, whosever children they are."""
    found = []
    for link in Path("/proc").glob("[0-9]*/exe"):
        try:
            if link.readlink() == program:
                found.append(int(link.parent.name))
        except OSError:
            continue
    return found
