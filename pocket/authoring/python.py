"""Plugins in Python: their sources, bundled behind the engine by the SDK that they carry."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pocket.authoring.bench import Bench
from pocket.authoring.toolchain import Toolchain
from pocket.errors import InvalidInput

_ENTRY: Final = "src/plugin.py"
_PACKAGE: Final = "pocket_plugin"


def _build(bench: Bench) -> None:
    folder = bench.folder.resolve()
    bench.run(
        sys.executable,
        "-m",
        _PACKAGE,
        "compile",
        "src",
        "-o",
        str(bench.wasm.resolve().relative_to(folder)),
        install="install Python 3.11 or newer",
        hints={f"No module named {_PACKAGE}": "run `pip install` with the folder sdk/python"},
        # The folder's own copy goes before one that is installed; nothing is written to it.
        environ={"PYTHONPATH": str(folder / "sdk"), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _vendored(sdk: Path) -> dict[str, bytes]:
    package = sdk / "src" / _PACKAGE
    if package.is_dir() and not (package / "engine.wasm").exists():
        raise InvalidInput(f"{sdk}: the SDK is not built", hint=f"run `make -C {sdk}`")
    paths = [sdk / "LICENSE", *package.glob("*.py"), package / "py.typed", package / "engine.wasm"]
    return {f"sdk/{_PACKAGE}/{path.name}": path.read_bytes() for path in sorted(paths)}


PYTHON: Final = Toolchain("python", (_ENTRY,), "python", _vendored, _build)
