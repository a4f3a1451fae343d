"""The plugin of the C SDK's README; what C and C++ can do is held by tests/conformance."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from guests.build import plugin_folder

SDK = Path(__file__).parents[2] / "sdk" / "c"
BUILD = (
    *(sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-wasi", "-mexec-model=reactor"),
    *("-O2", "-s", "-Wl,-z,stack-size=131072", f"-I{SDK}", "-o", "plugin.wasm", "plugin.c"),
)
MOST_BYTES = 30_000


# zig compiles its C library first, once for each machine.
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_plugin_of_the_readme_works_natively_and_in_pocket(host, tmp_path) -> None:
    text = (SDK / "README.md").read_text()
    blocks = re.findall(r"^`([\w.]+)`.*:\n\n```\w*\n((?:.*\n)*?)```$", text, re.MULTILINE)
    for name, content in blocks:
        (tmp_path / name).write_text(content)
    assert {name for name, _ in blocks} == {"plugin.c", "test.c", "manifest.yaml"}
    native = tmp_path / "test"
    subprocess.run(["cc", f"-I{SDK}", "-o", native, tmp_path / "test.c"], check=True)
    subprocess.run([native], check=True)
    subprocess.run(BUILD, cwd=tmp_path, check=True)
    assert (tmp_path / "plugin.wasm").stat().st_size < MOST_BYTES
    loaded = host.load(tmp_path)
    (example,) = loaded.nodes["shout"].examples
    assert loaded.call("shout", example.input, config=example.config).output == example.output
    assert loaded.call("shout", {"text": "hi"}).output == {"text": "HI!"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_stream_is_read_and_written(host, tmp_path) -> None:
    wasm = tmp_path / "plugin.wasm"
    source = Path(__file__).parent / "c" / "copy.c"
    subprocess.run([*BUILD[:-2], wasm, source], check=True)
    permissions = {"memory": "4MB", "cpu": "1s", "timeout": "30s"}
    loaded = host.load(
        plugin_folder(tmp_path, "copy", wasm=wasm.read_bytes(), permissions=permissions)
    )
    data = bytes(range(256)) * 8192
    with loaded.stream("main", [data]) as stream:
        assert b"".join(stream) == data
        assert stream.result().output == len(data)
