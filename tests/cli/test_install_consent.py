"""`pocket plugins install`: a person is asked at a terminal, and --yes is needed elsewhere."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from guests.build import guest, plugin_folder

from pocket.errors import ConsentRequired, PermissionDenied

POCKET = [sys.executable, "-m", "pocket.cli.main"]
QUESTION = b"Install it? [y/N] "

Pocket = Callable[..., subprocess.CompletedProcess[str]]
Plugin = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def pocket(home: Path) -> Pocket:
    """Run the command line where nobody can be asked."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*POCKET, *map(str, arguments)],
            env=os.environ | {"POCKET_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def weather(tmp_path: Path) -> Plugin:
    """Make one version of a plugin that asks for something."""

    def make(version: str = "first", **permissions: Any) -> Path:
        return plugin_folder(
            tmp_path / version, "weather", wasm=guest("echo"), permissions=permissions
        )

    return make


def at_a_terminal(home: Path, answer: bytes, *arguments: str | Path) -> tuple[int, bytes, bytes]:
    """Run the command line at a terminal; gives its exit code, what it showed and its stdout."""
    terminal, its_end = pty.openpty()
    with subprocess.Popen(
        [*POCKET, *map(str, arguments)],
        env=os.environ | {"POCKET_HOME": str(home), "NO_COLOR": "1"},
        stdin=its_end,
        stderr=its_end,
        stdout=subprocess.PIPE,
    ) as process:
        os.close(its_end)
        shown = _read_until(terminal, QUESTION)
        if shown.endswith(QUESTION):
            os.write(terminal, answer)
            shown += _read_until(terminal, None)
        assert process.stdout is not None
        said = process.stdout.read()
        code = process.wait(timeout=60)
    os.close(terminal)
    return code, shown.replace(b"\r\n", b"\n"), said


def _read_until(terminal: int, end: bytes | None) -> bytes:
    shown = b""
    while end is None or not shown.endswith(end):
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    return shown


def test_a_plugin_that_asks_for_memory_and_time_alone_is_installed_unasked(
    pocket: Pocket, weather: Plugin
) -> None:
    done = pocket("plugins", "install", weather(memory="4GB", cpu="1h", fuel=10_000_000))
    assert done.returncode == 0, done.stderr
    assert "it may execute up to 10,000,000 instructions in a call" in done.stdout


def test_where_nobody_can_be_asked_yes_has_to_be_said(
    pocket: Pocket, weather: Plugin, home: Path
) -> None:
    folder = weather(network=["api.example.com"], env=["API_KEY"])
    refused = pocket("plugins", "install", folder)
    assert refused.returncode == ConsentRequired.exit_code
    assert "+ may connect to api.example.com by https or http" in refused.stderr
    assert "+ sees the environment variable API_KEY" in refused.stderr
    assert refused.stderr.endswith("hint: if it may have that, install it with --yes\n")
    assert not (home / "plugins").exists()
    done = pocket("plugins", "install", folder, "--yes")
    assert done.returncode == 0, done.stderr
    assert "it may connect to api.example.com by https or http\n" in done.stdout


@pytest.mark.parametrize("answer", [b"y\n", b"Yes\n"])
def test_yes_at_the_terminal_installs(home: Path, weather: Plugin, answer: bytes) -> None:
    code, shown, said = at_a_terminal(
        home, answer, "plugins", "install", weather(filesystem=["read:/usr/share"])
    )
    assert code == 0, shown
    assert b"plugin weather asks for:\n" in shown
    assert b"\n  + may read files beneath /usr/share\n" in shown
    assert said.startswith(b"installed weather 1.0.0 in ")


@pytest.mark.parametrize("answer", [b"n\n", b"\n", b"yess\n", b"\x04"])
def test_any_other_answer_installs_nothing(home: Path, weather: Plugin, answer: bytes) -> None:
    code, shown, said = at_a_terminal(home, answer, "plugins", "install", weather(store="1MB"))
    assert code == ConsentRequired.exit_code
    assert b"plugin weather was not installed" in shown
    assert said == b""
    assert not (home / "plugins").exists()


def test_a_version_that_asks_for_more_shows_the_difference_and_asks_again(
    home: Path, pocket: Pocket, weather: Plugin
) -> None:
    first = weather("first", env=["A", "B"], store="1MB")
    assert pocket("plugins", "install", first, "--yes").returncode == 0
    less = weather("less", env=["A"], store="1MB")
    done = pocket("plugins", "install", less, "--replace", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["difference"] == {
        "added": [],
        "removed": ["sees the environment variable B"],
        "needed_consent": False,
        "replaces": "1.0.0",
    }
    more = weather("more", env=["A", "B"])
    code, shown, _ = at_a_terminal(home, b"n\n", "plugins", "install", more, "--replace")
    assert code == ConsentRequired.exit_code
    assert shown.startswith(
        b"plugin weather asks for more than the installed version 1.0.0:\n"
        b"  - keeps up to 1MB of its own data\n"
        b"  + sees the environment variable B\n"
        b"Install it? [y/N] "
    )
    installed = json.loads(pocket("plugins", "info", "weather", "-o", "json").stdout)
    assert installed["permissions"]["env"] == ["A"]
    assert "sees the environment variable A" in installed["permissions_in_words"]
    code, _, _ = at_a_terminal(home, b"y\n", "plugins", "install", more, "--replace")
    assert code == 0


def test_a_refusal_is_json_where_json_is_asked_for(pocket: Pocket, weather: Plugin) -> None:
    refused = pocket("plugins", "install", weather(env=["A"]), "--output", "json")
    error = json.loads(refused.stderr)["error"]
    assert (error["code"], error["fault"]) == ("consent-required", "operator")
    assert error["added"][-1] == "sees the environment variable A"
    assert error["removed"] == []


def test_nobody_is_asked_about_what_would_be_refused_anyway(
    home: Path, pocket: Pocket, weather: Plugin
) -> None:
    folder = weather(env=["A"])
    assert pocket("plugins", "install", folder, "--yes").returncode == 0
    code, shown, _ = at_a_terminal(home, b"y\n", "plugins", "install", weather("2", env=["B"]))
    assert code == 17
    assert QUESTION not in shown
    (home / "policy.yaml").write_text("env: none")
    (home / "policy.yaml").chmod(0o600)
    code, shown, _ = at_a_terminal(home, b"y\n", "plugins", "install", folder, "--replace")
    assert code == PermissionDenied.exit_code
    assert QUESTION not in shown


def test_a_plugin_cannot_dress_up_the_question(pocket: Pocket, weather: Plugin) -> None:
    refused = pocket("plugins", "install", weather(filesystem=["read:/\x1b[2K/data"]))
    assert refused.returncode == 11
    assert "\x1b" not in refused.stderr


def test_a_removed_plugin_leaves_its_data_only_where_that_is_asked_for(
    home: Path, pocket: Pocket, weather: Plugin
) -> None:
    folder, data = weather(store="1MB"), home / "data" / "weather"
    other = home / "data" / "other"
    for arguments, stays in ((["--keep-data"], True), ([], False)):
        assert pocket("plugins", "install", folder, "--yes").returncode == 0
        for place in (data, other):
            place.mkdir(parents=True, exist_ok=True)
            (place / "store.sqlite3").write_bytes(b"")
        assert pocket("plugins", "remove", "weather", *arguments).returncode == 0
        assert data.exists() is stays
        assert other.exists()
