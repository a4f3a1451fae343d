"""Fixtures for every test: a home of its own, a host in it, and plugins made of guests."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from abuse import table
from guests.build import guest, plugin_folder
from hypothesis import settings

from pocket import Host, Plugin

# A shell that starts the tests in the background has them ignore Ctrl-C, and every program that
# they start with them; `nohup` does the same with SIGHUP.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# On a busy machine an example takes as long as it takes.
settings.register_profile("pocket", deadline=None)
settings.load_profile("pocket")

Load = Callable[..., Plugin]

QUICK = {"memory": "16MB", "cpu": "100ms", "timeout": "2s"}
"""Limits that a hostile guest runs into soon."""


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home for all tests that do not look into it, so that each guest is compiled once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def host(shared_home: Path) -> Iterator[Host]:
    with Host(home=shared_home) as host:
        yield host


@pytest.fixture
def load(host: Host, tmp_path: Path) -> Load:
    """Load a guest by name, or a wasm, as a plugin with one node, `main`."""

    def load(wasm: str | bytes, *, name: str = "guest", **options: Any) -> Plugin:
        module = guest(wasm) if isinstance(wasm, str) else wasm
        options.setdefault("permissions", QUICK)
        return host.load(plugin_folder(tmp_path, name, wasm=module, **options))

    return load


ABUSE_ROWS = pytest.StashKey[list[table.Row]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("abuse")
    group.addoption("--abuse-table", action="store_true", help="print what stopped each attack")
    group.addoption("--abuse-json", metavar="FILE", help="write that to a file")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ABUSE_ROWS] = []


@pytest.fixture
def abuse_rows(pytestconfig: pytest.Config) -> list[table.Row]:
    return pytestconfig.stash[ABUSE_ROWS]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    rows = config.stash[ABUSE_ROWS]
    if config.getoption("--abuse-table") and rows:
        terminalreporter.section("attacks")
        for line in table.lines(rows):
            terminalreporter.write_line(line)
    if config.getoption("--abuse-json"):
        table.write_json(rows, Path(config.getoption("--abuse-json")))
