"""A plugin out of its sources: the engine with a bundle of them appended as a custom section.

The bundle is a JSON object: the path of each file below the folder, with slashes, and its text. The
engine imports `plugin.py` first, and what that imports from the bundle, too.
"""

from __future__ import annotations

import json
from pathlib import Path

ENGINE = Path(__file__).with_name("engine.wasm")
ENTRY = "plugin.py"


class Problem(Exception):
    """The plugin cannot be made; the message is for whoever asked for it."""


def make(folder: Path) -> bytes:
    """Give the wasm file of the plugin whose sources are in a folder.

    Raises:
        Problem: a file is missing, cannot be read, or is not Python.
    """
    files = {path.relative_to(folder).as_posix(): _source(path) for path in _sources(folder)}
    if ENTRY not in files:
        raise Problem(
            f"{folder}: there is no {ENTRY}\nhint: it says in `nodes` what the plugin offers"
        )
    if not ENGINE.exists():
        raise Problem(
            f"{ENGINE}: there is no engine\nhint: build the SDK, with `make` in its folder"
        )
    return ENGINE.read_bytes() + _section(
        b"pocket.source", json.dumps(files, sort_keys=True).encode()
    )


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def _source(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        compile(text, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Problem(f"{path}:{error.lineno}:{error.offset}: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise Problem(f"{path}: {error}") from None
    return text


def _section(name: bytes, payload: bytes) -> bytes:
    content = _leb128(len(name)) + name + payload
    return b"\0" + _leb128(len(content)) + content


def _leb128(number: int) -> bytes:
    """Write an unsigned number as WebAssembly does."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
