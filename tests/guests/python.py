"""Plugins in Python, made as `python -m pocket_plugin compile` makes them: the engine and files."""

from __future__ import annotations

import json
import textwrap
from functools import cache
from pathlib import Path

from guests.build import source_section

ENGINE = Path(__file__).parents[2] / "sdk" / "python" / "src" / "pocket_plugin" / "engine.wasm"
_NODE = """
from pocket_plugin import PluginNode, env, log, stream

class Main(PluginNode):
    metadata = {"type": "main", "stream": %s}

    def exec(self, prepared):
"""


def python(body: str, *, stream: bool = False) -> bytes:
    """Make a plugin with the node `main`, whose `exec(self, prepared)` does what `body` says."""
    body = textwrap.indent(textwrap.dedent(body).strip(), " " * 8)
    return bundle({"plugin.py": f"{_NODE % stream}{body}\n\nnodes = [Main()]\n"})


def bundle(files: dict[str, str]) -> bytes:
    """Make a plugin of source files by their paths."""
    return _engine() + source_section(json.dumps(files).encode())


@cache
def _engine() -> bytes:
    return ENGINE.read_bytes()  # `make -C sdk/python` builds it
