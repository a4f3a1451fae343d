"""No fresh call repeats the random numbers of another, whatever its plugin is written in.

The same for Go is in test_go.py; guests that draw at their start are in supervisor/test_state.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from guests.build import plugin_folder
from guests.javascript import javascript

from pocket import Host
from pocket.document import JSON

ROOT = Path(__file__).parents[2]
SOURCES = Path(__file__).parent
CALLS = 50
C_FLAGS = ("-target", "wasm32-wasi", "-mexec-model=reactor", "-O2", "-s")


def drawn(host: Host, folder: Path, wasm: bytes) -> list[JSON]:
    limits = {"memory": "64MB", "cpu": "2s", "timeout": "30s"}
    plugin = host.load(plugin_folder(folder, "random", wasm=wasm, permissions=limits))
    return [plugin.call("main", {}).output for _ in range(CALLS)]


def test_javascript_draws_anew_for_every_call(host: Host, tmp_path: Path) -> None:
    found = drawn(host, tmp_path, javascript("return [Math.random(), crypto.randomUUID()]"))
    assert len({number for number, _ in found}) == CALLS
    assert len({uuid for _, uuid in found}) == CALLS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_rust_draws_anew_for_every_call(host: Host, tmp_path: Path) -> None:
    """`RandomState` takes its keys once a thread, so a state that came back would repeat them."""
    subprocess.run(["rustup", "target", "add", "wasm32-wasip1"], check=True)
    target = ROOT / "target"
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "--release", "--target", "wasm32-wasip1"],
        cwd=SOURCES / "rust",
        env=os.environ | {"CARGO_TARGET_DIR": str(target)},
        check=True,
    )
    wasm = target / "wasm32-wasip1" / "release" / "random.wasm"
    assert len(set(map(str, drawn(host, tmp_path, wasm.read_bytes())))) == CALLS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_c_draws_anew_for_every_call(host: Host, tmp_path: Path) -> None:
    """A number that is drawn once and kept in a static, as a program seeds itself."""
    wasm = tmp_path / "random.wasm"
    source = SOURCES / "c" / "random.c"
    command = (sys.executable, "-m", "ziglang", "cc", *C_FLAGS, f"-I{ROOT / 'sdk' / 'c'}")
    subprocess.run([*command, "-o", wasm, source], check=True)
    assert len(set(map(str, drawn(host, tmp_path, wasm.read_bytes())))) == CALLS
