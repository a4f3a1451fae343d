"""Plugins in C and C++: `make build` in their folder, with a compiler that is found here."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from pocket.authoring.bench import Bench
from pocket.authoring.toolchain import Toolchain
from pocket.errors import BuildFailed

# The pip of the Python that runs, as this looks for it there.
_COMPILER: Final = (
    f"run `{sys.executable} -m pip install ziglang==0.15.2`, or name a wasi-sdk with WASI_SDK_PATH"
)
_INSTALL: Final = "run `sudo apt install make`"
_HINTS: Final = {
    "No rule to make target": "the Makefile needs a target `build`",
    "with exceptions disabled": 'plugins have no exceptions: give back `call.fail("why")`',
}


def _build(bench: Bench) -> None:
    compilers = _compilers()
    if compilers is None:
        raise BuildFailed("no compiler from C to WebAssembly is installed", hint=_COMPILER)
    # What a make around this one has been told is not meant for the plugin.
    environ = {"MAKEFLAGS": "", **compilers}
    bench.run("make", "build", install=_INSTALL, hints=_HINTS, environ=environ)


def _compilers() -> dict[str, str] | None:
    """Give the Makefile's compilers: a wasi-sdk that is named, the package ziglang, or zig."""
    if folder := os.environ.get("WASI_SDK_PATH"):
        return {"WASM_CC": f"{folder}/bin/clang", "WASM_CXX": f"{folder}/bin/clang++"}
    if find_spec("ziglang") is not None:
        zig = f"{shlex.quote(sys.executable)} -m ziglang"
    elif shutil.which("zig") is not None:
        zig = "zig"
    else:
        return None
    return {"WASM_CC": f"{zig} cc", "WASM_CXX": f"{zig} c++"}


def _vendored(sdk: Path) -> dict[str, bytes]:
    names = ["pocket.h", "pocket.hpp", "README.md", "LICENSE"]
    return {f"sdk/{name}": (sdk / name).read_bytes() for name in names}


MAKE: Final = Toolchain("make", ("*.c", "*.cpp", "src/*.c", "src/*.cpp"), "c", _vendored, _build)
