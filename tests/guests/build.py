"""Guests for tests: odd and hostile modules, compiled from the texts of this folder."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import wasmtime
import yaml

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.wat")))
_INCLUDE = re.compile(r" *;; include (\w+)\n")


@cache
def guest(name: str) -> bytes:
    """Compile the guest `name` of this folder."""
    return bytes(wasmtime.wat2wasm(_text(FOLDER / f"{name}.wat")))


def saying(answer: bytes) -> bytes:
    """Make a guest that answers every call with `answer`, byte for byte."""
    return guest("say") + source_section(answer)


def source_section(payload: bytes) -> bytes:
    """Make the custom section `pocket.source`, to be appended to a module."""
    name = b"pocket.source"
    content = leb128(len(name)) + name + payload
    return b"\0" + leb128(len(content)) + content


def plugin_folder(
    root: Path,
    name: str,
    *,
    wasm: bytes,
    permissions: Mapping[str, object] | None = None,
    state: str = "fresh",
    nodes: Sequence[str] = ("main",),
) -> Path:
    """Write a plugin's manifest.yaml and plugin.wasm to the new folder `root / name`."""
    folder = root / name
    folder.mkdir(parents=True)
    manifest = {
        "name": name,
        "version": "1.0.0",
        "description": "A guest of the tests",
        "author": "The Pocket authors",
        "license": "MIT",
        "runtime": "wasm",
        "binary": "plugin.wasm",
        "state": state,
        "nodes": [{"type": node, "category": "test", "description": node} for node in nodes],
        "permissions": dict(permissions or {}),
    }
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    (folder / "plugin.wasm").write_bytes(wasm)
    return folder


def _text(file: Path) -> str:
    return _INCLUDE.sub(lambda part: _text(FOLDER / "parts" / f"{part[1]}.wat"), file.read_text())


def leb128(number: int) -> bytes:
    """Write an unsigned number as WebAssembly does."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
