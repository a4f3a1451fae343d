"""`pocket policy`: what the operator allows, shown, and held against what is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from pocket.errors import InvalidPolicy, PermissionDenied

Pocket = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home with two plugins that were put there by hand."""
    home = tmp_path / "home"
    for name, asked in (("quiet", {}), ("nosy", {"env": ["HOME"], "memory": "64MB"})):
        plugin_folder(home / "plugins", name, wasm=guest("echo"), permissions=asked)
    return home


@pytest.fixture
def pocket(home: Path) -> Pocket:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pocket.cli.main", *arguments],
            env=os.environ | {"POCKET_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def write_policy(home: Path, text: str) -> Path:
    file = home / "policy.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_without_a_policy_that_is_said_and_nothing_is_refused(pocket: Pocket, home: Path) -> None:
    shown = pocket("policy", "show")
    assert (shown.returncode, shown.stdout) == (0, "")
    assert f"no policy: {home}/policy.yaml does not exist" in shown.stderr
    assert json.loads(pocket("policy", "show", "-o", "json").stdout) == {"file": None, "policy": {}}
    checked = pocket("policy", "check")
    assert (checked.returncode, checked.stdout) == (0, "nosy: ok\nquiet: ok\n")


def test_the_policy_is_shown_for_all_or_for_one_plugin(pocket: Pocket, home: Path) -> None:
    text = "limits:\n  memory: 50MB\nplugins:\n  overrides:\n    nosy:\n      env: none\n"
    file = write_policy(home, text)
    assert pocket("policy", "show").stdout == f"# {file}\n{text}"
    assert json.loads(pocket("policy", "show", "--plugin", "nosy", "-o", "json").stdout) == {
        "file": str(file),
        "policy": {"limits": {"memory": "50MB"}, "env": "none"},
    }


def test_what_the_policy_refuses_is_told_with_both_places(pocket: Pocket, home: Path) -> None:
    file = write_policy(home, "limits: {memory: 50MB}\nenv: none\n")
    manifest = home / "plugins" / "nosy" / "manifest.yaml"
    checked = pocket("policy", "check")
    assert checked.returncode == PermissionDenied.exit_code
    assert checked.stdout == (
        "nosy: refused\n"
        f"  {manifest}:15:5: permissions.env[0]: HOME is not among what is allowed ({file}:2:6)\n"
        f"  {manifest}:16:11: permissions.memory: 64MB is more than limits.memory, 50MB "
        f"({file}:1:18)\n"
        "quiet: ok\n"
    )
    assert "the policy refuses nosy" in checked.stderr
    assert pocket("policy", "check", "quiet").returncode == 0
    one = pocket("policy", "check", "nosy", "--output", "json")
    assert one.returncode == PermissionDenied.exit_code
    assert [problem["path"] for problem in json.loads(one.stdout)["nosy"]] == [
        "permissions.env[0]",
        "permissions.memory",
    ]


def test_a_refused_plugin_is_not_called_and_says_why_as_json(pocket: Pocket, home: Path) -> None:
    write_policy(home, "env: none")
    called = pocket("plugins", "call", "nosy", "main", "--input", "1", "--output", "json")
    assert called.returncode == PermissionDenied.exit_code
    (problem,) = json.loads(called.stderr)["error"]["problems"]
    assert (problem["path"], problem["line"]) == ("permissions.env[0]", 15)


def test_info_says_in_a_line_that_the_policy_refuses_a_plugin(pocket: Pocket, home: Path) -> None:
    line = "policy:      refuses it; `pocket policy check nosy` says why"
    assert "policy:" not in pocket("plugins", "info", "nosy").stdout
    assert json.loads(pocket("plugins", "info", "nosy", "-o", "json").stdout)["refused"] == []
    write_policy(home, "env: none")
    shown = pocket("plugins", "info", "nosy")
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (0, line)
    (problem,) = json.loads(pocket("plugins", "info", "nosy", "-o", "json").stdout)["refused"]
    assert (problem["path"], problem["line"]) == ("permissions.env[0]", 15)
    assert "policy:" not in pocket("plugins", "info", "quiet").stdout
    write_policy(home, "env: [")
    assert pocket("plugins", "info", "nosy").stdout.splitlines()[-1] == line


def test_a_broken_policy_stops_every_plugin(pocket: Pocket, home: Path) -> None:
    file = write_policy(home, "limits: {memory: lots}")
    for command in (
        ("policy", "show"),
        ("policy", "check"),
        ("plugins", "call", "quiet", "main", "--input", "1"),
    ):
        done = pocket(*command)
        assert done.returncode == InvalidPolicy.exit_code, command
        assert f"{file}:1:18: limits.memory: 'lots' is not a size" in done.stderr
    assert pocket("plugins", "list").returncode == 0
