"""`python -m pocket_plugin compile`: makes a plugin of Python sources; no compiler is needed."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from pocket_plugin import _bundle


def main() -> int:
    """Do what the command line says; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m pocket_plugin", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "compile", help="make a wasm file of a folder with plugin.py in it"
    )
    command.add_argument("folder", type=Path, help="every Python file in it goes into the plugin")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="PLUGIN.wasm")
    asked = parser.parse_args()
    try:
        plugin = _bundle.make(asked.folder)
        _write(asked.output, plugin)
    except _bundle.Problem as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(
        f"{asked.output}: {len(plugin)} bytes, {len(plugin) - _bundle.ENGINE.stat().st_size} yours"
    )
    return 0


def _write(path: Path, data: bytes) -> None:
    """Put the file in place whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    # What a temporary file has is for nobody else to read.
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)  # noqa: PTH105


sys.exit(main())
