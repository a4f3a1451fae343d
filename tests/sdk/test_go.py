"""Plugins made with the Go SDK: a fresh state in spite of Go's runtime; the rest is tests/conformance."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from guests.build import plugin_folder

import pocket
from pocket.document import JSON

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "go"
BUILD = ("go", "build", "-buildmode=c-shared", "-trimpath", "-ldflags=-w", "-o")
PERMISSIONS = {"memory": "50MB", "cpu": "2s", "timeout": "30s"}
FRESH_MEMORY_BYTES = 16 * 1024 * 1024

Do = Callable[..., JSON]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def go_plugin(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Build the Go plugin that does what a test asks it to."""
    wasm = tmp_path_factory.mktemp("go") / "plugin.wasm"
    _build(SOURCE, wasm)
    return wasm.read_bytes()


def _build(source: Path, wasm: Path) -> None:
    environ = os.environ | {"GOOS": "wasip1", "GOARCH": "wasm"}
    subprocess.run([*BUILD, wasm, "."], cwd=source, env=environ, check=True)


@pytest.fixture
def plugin(go_plugin: bytes, host: pocket.Host, tmp_path: Path) -> Callable[..., pocket.Plugin]:
    def load(name: str = "everything", state: str = "fresh", **permissions: JSON) -> pocket.Plugin:
        asked = PERMISSIONS | permissions
        nodes = ("main", "copy")
        folder = plugin_folder(
            tmp_path, name, wasm=go_plugin, permissions=asked, state=state, nodes=nodes
        )
        return host.load(folder)

    return load


def do(plugin: pocket.Plugin, deed: str, arg: str = "") -> JSON:
    return plugin.call("main", {"do": deed, "arg": arg}).output


def test_the_plugin_of_the_readme_works_natively_and_in_pocket(host, tmp_path) -> None:
    text = (ROOT / "sdk" / "go" / "README.md").read_text()
    blocks = re.findall(r"^`([\w.]+)`.*:\n\n```\w*\n((?:.*\n)*?)```$", text, re.MULTILINE)
    for name, content in blocks:
        (tmp_path / name).write_text(content.replace("path/to/pocket", str(ROOT)))
    assert {name for name, _ in blocks} == {"go.mod", "main.go", "main_test.go", "manifest.yaml"}
    subprocess.run(["go", "test", "."], cwd=tmp_path, check=True)
    _build(tmp_path, tmp_path / "plugin.wasm")
    loaded = host.load(tmp_path)
    assert loaded.call("shout", {"text": "hello"}).output == {"text": "HELLO!"}
    (example,) = loaded.nodes["shout"].examples
    assert loaded.call("shout", example.input, config=example.config).output == example.output


def test_a_stream_is_a_reader_and_a_writer(plugin) -> None:
    data = os.urandom(3 << 20)
    loaded = plugin()
    for _ in range(2):
        with loaded.stream("copy", [data]) as stream:
            assert b"".join(stream) == data
            assert stream.result().output == len(data)


def test_every_call_is_the_first_one_and_its_random_numbers_are_its_own(plugin) -> None:
    loaded = plugin()
    assert [do(loaded, "calls") for _ in range(3)] == [1, 1, 1]
    drawn = [do(loaded, "random") for _ in range(100)]
    assert len({number for number, _ in drawn}) == 100
    assert len({order for _, order in drawn}) > 3


def test_calls_share_one_instance_also_after_memory_grew(plugin) -> None:
    loaded = plugin()
    do(loaded, "birth")  # the first instance serves one call, and is not remembered
    births = [do(loaded, "birth") for _ in range(20)]
    assert len(set(births)) == 1
    do(loaded, "grow")
    assert do(loaded, "birth") in births


def test_garbage_is_collected_before_memory_has_to_grow(plugin) -> None:
    result = plugin().call("main", {"do": "litter", "arg": ""})
    assert result.output is True
    assert result.usage.memory_bytes < FRESH_MEMORY_BYTES


def test_goroutines_and_timers_work_within_a_call(plugin) -> None:
    loaded = plugin()
    assert [do(loaded, "sleep") for _ in range(3)] == ["slept"] * 3


def test_a_panic_is_an_error_with_its_stack_in_the_log(plugin, caplog) -> None:
    loaded = plugin()
    with (
        caplog.at_level("ERROR", logger="pocket"),
        pytest.raises(pocket.PluginError, match="panic: out of luck"),
    ):
        do(loaded, "panic", "out of luck")
    assert "main.exec" in caplog.text
    assert do(loaded, "calls") == 1


def test_leaving_by_os_exit_is_a_crash_and_the_next_call_is_well(plugin) -> None:
    loaded = plugin()
    with pytest.raises(pocket.PluginCrashed, match="3") as caught:
        do(loaded, "exit")
    functions = [frame.function for frame in caught.value.stack]
    assert any(function.startswith("main.") for function in functions), functions
    assert not any(function.startswith("runtime.") for function in functions), functions
    assert do(loaded, "calls") == 1
