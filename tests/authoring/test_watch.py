"""`pocket plugins test --watch`: built and tested anew after each change."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from cli.conftest import COMMAND, Terminal
from guests.build import guest, source_section

from authoring.conftest import MANIFEST, FakeNpm


def module(output: int, *, type_: str = "main") -> bytes:
    """Give a plugin whose every call gives 0, and whose example promises an output."""
    example = {"name": "one", "config": {}, "input": 1, "output": output}
    node = {"type": type_, "category": "", "description": "", "examples": [example]}
    answer = {"abi": 1, "functions": ["exec"], "nodes": [node]}
    payload = json.dumps({"success": True, "output": answer}).encode()
    return guest("say_metadata") + source_section(payload)


def lines_until(stream: IO[str], end: str) -> str:
    seen = []
    for line in stream:
        seen.append(line)
        if end in line:
            return "".join(seen)
    raise AssertionError("".join(seen))


@pytest.fixture
def watching(terminal: Terminal, npm: FakeNpm, by_hand: Path) -> Iterator[subprocess.Popen[str]]:
    (npm.folder / "npm.wasm").write_bytes(module(0))
    with subprocess.Popen(
        [*COMMAND, "plugins", "test", "--watch", "./by-hand"],
        cwd=by_hand.parent,
        env=terminal.environ | {"PATH": npm.path, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        yield command
        command.kill()


@pytest.mark.timeout(120)
def test_each_change_is_built_and_tested_and_an_error_ends_nothing(
    watching: subprocess.Popen[str], npm: FakeNpm, by_hand: Path
) -> None:
    said = watching.stdout
    assert said
    first = lines_until(said, "waiting for changes")
    assert first.startswith("built by-hand/dist/plugin.wasm, ")
    assert "ok     main: one\n1 examples, 0 failed\n" in first

    (npm.folder / "npm.wasm").write_bytes(module(1))
    (by_hand / "plugin.ts").write_text("worse")
    second = lines_until(said, "waiting for changes")
    assert second.startswith("\nplugin.ts changed\nbuilt ")
    assert "  differs:  output is 0, not 1\n" in second
    assert "error: plugin by-hand: 1 of 1 examples failed\n" in second

    (by_hand / "manifest.yaml").write_text("name: x\n")
    assert "error: by-hand/manifest.yaml" in lines_until(said, "waiting for changes")

    (npm.folder / "npm.wasm").write_bytes(module(0))
    (by_hand / "manifest.yaml").write_text(MANIFEST)
    assert "1 examples, 0 failed" in lines_until(said, "waiting for changes")

    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == 130


@pytest.mark.usefixtures("by_hand")
def test_only_a_folder_is_watched_and_only_for_people(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "test", "--watch", "./by-hand", "--output", "json")
    assert (ended.returncode, json.loads(ended.stderr)["error"]["hint"]) == (
        15,
        "leave out --output",
    )
    ended = terminal.run("plugins", "test", "--watch", "by-name")
    assert ended.returncode == 15
    assert "hint: name a folder, as in ./my-plugin" in ended.stderr
