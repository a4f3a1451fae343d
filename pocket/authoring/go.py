"""Plugins in Go, built for wasip1 by Go, or by TinyGo for the target in tinygo.json."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pocket.authoring.bench import Bench
from pocket.authoring.toolchain import Toolchain

_INSTALL: Final = (
    "install Go 1.24 or newer: https://go.dev/dl, or `sudo apt install golang-go` where that is "
    "new enough"
)
_HINTS: Final = {
    "-buildmode=c-shared not supported": "Go 1.24 is the first that can make plugins",
    "function main is undeclared": "a plugin is a package main with `func main() {}`",
}
_TINYGO: Final = "tinygo.json"
"""A target of TinyGo, whose presence says that the plugin is for it."""
_INSTALL_TINYGO: Final = (
    "install TinyGo 0.41 or newer, with Go beside it: "
    "https://tinygo.org/getting-started/install, or remove tinygo.json"
)


def _build(bench: Bench) -> None:
    bench.wasm.parent.mkdir(parents=True, exist_ok=True)
    if (bench.folder / _TINYGO).exists():
        _build_with_tinygo(bench)
        return
    bench.run(
        "go",
        "build",
        "-buildmode=c-shared",
        "-trimpath",
        "-ldflags=-w",
        f"-o={bench.wasm.resolve()}",
        ".",
        install=_INSTALL,
        hints=_HINTS,
        environ={"GOOS": "wasip1", "GOARCH": "wasm"},
    )


def _build_with_tinygo(bench: Bench) -> None:
    bench.run(
        "tinygo",
        "build",
        f"-target={_TINYGO}",
        "-buildmode=c-shared",
        "-no-debug",
        f"-o={bench.wasm.resolve()}",
        ".",
        install=_INSTALL_TINYGO,
    )


def _vendored(sdk: Path) -> dict[str, bytes]:
    names = ["go.mod", "README.md", "LICENSE"]
    sources = (path.relative_to(sdk) for path in sdk.rglob("*.go"))
    names += [path.as_posix() for path in sources if not path.name.endswith("_test.go")]
    return {f"sdk/{name}": (sdk / name).read_bytes() for name in names}


GO: Final = Toolchain("go", ("go.mod",), "go", _vendored, _build)
