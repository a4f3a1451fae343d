"""Builds the interpreters into a folder: `python interpreters/build.py pocket/interpreters`.

Both `pip install .` and the Makefile do it this way. It needs cargo, and gets the compiler's part
for WebAssembly by rustup where that is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CARGO_TARGET = HERE.parent / "target"
TARGET = "wasm32-wasip1"
NAMES = ("jq", "lua")


def build(folder: Path) -> None:
    """Build every interpreter, and put it into a folder."""
    _need_target()
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--target", TARGET]
    subprocess.run(
        [*command, "--target-dir", str(CARGO_TARGET)], cwd=HERE, env=_environment(), check=True
    )
    built = CARGO_TARGET / TARGET / "release"
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        shutil.copyfile(built / f"pocket_{name}.wasm", folder / f"{name}.wasm")


def _environment() -> dict[str, str]:
    """Panics name source files: not those of the home of whoever builds."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    return {**os.environ, "RUSTFLAGS": f"--remap-path-prefix={home}=cargo"}


def _need_target() -> None:
    if shutil.which("cargo") is None:
        sys.exit("error: cargo is missing, which builds parts of Pocket; see https://rustup.rs")
    if shutil.which("rustup") is not None:
        subprocess.run(["rustup", "target", "add", TARGET], check=True, capture_output=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
