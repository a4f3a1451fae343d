"""Plugins made with pocket.h and pocket.hpp, in Pocket itself."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from capability.loopback import response, site
from guests.build import plugin_folder

import pocket
from pocket.document import JSON

ROOT = Path(__file__).parents[2]
SDK = ROOT / "sdk" / "c"
SOURCES = Path(__file__).parent / "c"
ZIG = (sys.executable, "-m", "ziglang")
FLAGS = ("-target", "wasm32-wasi", "-mexec-model=reactor", "-O2", "-s", "-Wl,-z,stack-size=131072")
CPP_FLAGS = ("-std=c++17", "-fno-exceptions", "-fno-rtti")
PERMISSIONS = {"memory": "4MB", "cpu": "1s", "timeout": "30s"}
MOST_BYTES = 30_000

# zig compiles its C or C++ library first, once for each machine.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _build(compiler: str, source: Path, wasm: Path, *flags: str) -> bytes:
    subprocess.run([*ZIG, compiler, *FLAGS, *flags, f"-I{SDK}", "-o", wasm, source], check=True)
    return wasm.read_bytes()


@pytest.fixture(scope="session")
def c_plugin(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Build the C plugin that does what a test asks it to."""
    return _build("cc", SOURCES / "plugin.c", tmp_path_factory.mktemp("c") / "plugin.wasm")


@pytest.fixture
def plugin(c_plugin: bytes, host: pocket.Host, tmp_path: Path) -> Callable[..., pocket.Plugin]:
    def load(name: str = "everything", state: str = "fresh", **permissions: JSON) -> pocket.Plugin:
        asked = PERMISSIONS | permissions
        nodes = ("main", "copy")
        folder = plugin_folder(
            tmp_path, name, wasm=c_plugin, permissions=asked, state=state, nodes=nodes
        )
        return host.load(folder)

    return load


def do(plugin: pocket.Plugin, deed: str, arg: str = "") -> JSON:
    return plugin.call("main", {"do": deed, "arg": arg}).output


def test_the_plugin_of_the_readme_works_natively_and_in_pocket(host, tmp_path) -> None:
    text = (SDK / "README.md").read_text()
    blocks = re.findall(r"^`([\w.]+)`.*:\n\n```\w*\n((?:.*\n)*?)```$", text, re.MULTILINE)
    for name, content in blocks:
        (tmp_path / name).write_text(content)
    assert {name for name, _ in blocks} == {"plugin.c", "test.c", "manifest.yaml"}
    native = tmp_path / "test"
    subprocess.run(["cc", f"-I{SDK}", "-o", native, tmp_path / "test.c"], check=True)
    subprocess.run([native], check=True)
    assert len(_build("cc", tmp_path / "plugin.c", tmp_path / "plugin.wasm")) < MOST_BYTES
    loaded = host.load(tmp_path)
    (example,) = loaded.nodes["shout"].examples
    assert loaded.call("shout", example.input, config=example.config).output == example.output
    assert loaded.call("shout", {"text": "hi"}).output == {"text": "HI!"}


def test_a_stream_is_read_and_written(plugin) -> None:
    data = bytes(range(256)) * 8192
    with plugin().stream("copy", [data]) as stream:
        assert b"".join(stream) == data
        assert stream.result().output == len(data)


def test_the_world_outside_is_what_was_granted(plugin, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("C_TEST_GIVEN", "yes")
    box = tmp_path / "box"
    box.mkdir()
    (box / "note").write_text("grüße")
    loaded = plugin(env=["C_TEST_GIVEN"], filesystem=[f"read:{box}"], store="1MB")
    assert do(loaded, "env", "C_TEST_GIVEN") == "yes"
    assert do(loaded, "read", f"{box}/note") == "grüße"
    assert [do(loaded, "count", "visits") for _ in range(3)] == [1, 2, 3]
    denied = plugin("denied")
    assert do(denied, "env", "C_TEST_GIVEN") == ""
    for deed, error in [
        ("read", "no such file"),
        ("count", "permission-denied: "),
        ("get", "permission-denied: "),
    ]:
        with pytest.raises(pocket.PluginError, match=error):
            do(denied, deed, f"http://127.0.0.1{box}/note")


def test_a_page_is_fetched(plugin) -> None:
    with site(response("grüße".encode())) as server:
        url = f"http://127.0.0.1:{server.port}"
        assert do(plugin(network=[url]), "get", f"{url}/a") == "grüße"


def test_a_fresh_state_is_fresh_and_a_kept_one_is_kept(plugin) -> None:
    fresh, kept = plugin(), plugin("kept", state="kept")
    assert [do(fresh, "calls") for _ in range(3)] == [1, 1, 1]
    assert [do(kept, "calls") for _ in range(3)] == [1, 2, 3]


def test_a_crash_ends_the_call_alone(plugin) -> None:
    loaded = plugin()
    with pytest.raises(pocket.PluginCrashed):
        do(loaded, "abort")
    assert do(loaded, "calls") == 1


def test_what_is_printed_and_logged_is_in_the_log(plugin, caplog) -> None:
    with caplog.at_level("INFO", logger="pocket"):
        do(plugin(), "say", "grüße")
    assert caplog.text.count("grüße") == 2


def test_large_inputs_come_through(plugin) -> None:
    loaded = plugin(memory="20MB")
    text = "x" * 1_000_000
    assert do(loaded, "env", text) == ""
    assert do(loaded, "calls") == 1


def test_a_plugin_in_cpp_works(host, tmp_path) -> None:
    wasm = _build("c++", SOURCES / "plugin.cpp", tmp_path / "plugin.wasm", *CPP_FLAGS)
    folder = plugin_folder(tmp_path, "greet", wasm=wasm, permissions=PERMISSIONS)
    loaded = host.load(folder)
    result = loaded.call("main", {"names": ["Ada", "Bo"]}, config={"next": "on"})
    assert (result.output, result.next) == ({"text": "Hello Ada Bo"}, "on")
    with pytest.raises(pocket.PluginError, match="nobody is there"):
        loaded.call("main", {})
