"""Plugins in Rust, built by cargo: for wasm32-unknown-unknown, or what .cargo/config.toml says."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pocket.authoring.bench import Bench
from pocket.authoring.toolchain import Toolchain
from pocket.errors import BuildFailed

_TARGET: Final = "wasm32-unknown-unknown"
_INSTALL: Final = (
    "run `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh`, then "
    f"`rustup target add {_TARGET}` in a new shell"
)
_WASIP1: Final = (
    'this crate wants a system: write `[build]` and `target = "wasm32-wasip1"` into '
    ".cargo/config.toml, and run `rustup target add wasm32-wasip1`"
)
_TEXT: Final = "errors of a node are texts: `.map_err(|error| error.to_string())?`"
_OFFLINE: Final = "cargo cannot reach its registry; is there a network?"


def _build(bench: Bench) -> None:
    folder = bench.folder.resolve()
    target, kind = _target(folder), _kind(folder)
    add_target = f"run `rustup target add {target}`"
    written = bench.run(
        "cargo",
        "rustc",
        "--release",
        *kind,
        f"--target={target}",
        "--message-format=json-render-diagnostics",
        install=_INSTALL,
        hints={
            f"{target}` target may not be": add_target,
            "resolve host": _OFFLINE,
            # Of getrandom, and of uuid.
            "unknown-unknown are not supported": _WASIP1,
            "unknown-unknown targets are not supported": _WASIP1,
            "unknown-unknown`, specify a source of randomness": _WASIP1,
            "couldn't convert the error to `std::string::String`": _TEXT,
        },
        environ={"CARGO_ENCODED_RUSTFLAGS": _flags(folder)},
        stdout_is_data=True,
    )
    modules = list(_modules(written, folder / "Cargo.toml"))
    if len(modules) != 1:
        found = ", ".join(path.name for path in modules) or "none"
        raise BuildFailed(
            f"{bench.folder}: cargo has to make one wasm file, it made {found}",
            hint='Cargo.toml needs [lib] with crate-type = ["cdylib", "rlib"]',
        )
    bench.wasm.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(modules[0], bench.wasm)


def _target(folder: Path) -> str:
    """Give the target that the folder asks for: a crate that needs files wants wasm32-wasip1."""
    target = _read(folder / ".cargo" / "config.toml").get("build", {}).get("target", _TARGET)
    return target if isinstance(target, str) else _TARGET


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (OSError, ValueError) as error:
        raise BuildFailed(f"{file}: {error}") from None


def _kind(folder: Path) -> list[str]:
    """Choose what is built: of a library its plugin alone.

    The library that its tests are linked with would keep all debug information of the standard
    library in the plugin, as cargo then optimises neither across crates.
    """
    types = _read(folder / "Cargo.toml").get("lib", {}).get("crate-type", ())
    return ["--lib", "--crate-type=cdylib"] if "cdylib" in types else ["--bins"]


def _flags(folder: Path) -> str:
    """Keep the folders of whoever builds out of the paths in panic messages and stacks."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    given = os.environ.get("RUSTFLAGS", "").split()
    renamed = [f"--remap-path-prefix={home}=cargo", f"--remap-path-prefix={folder}="]
    # This form allows blanks in paths.
    return "\x1f".join([*given, *renamed])


def _modules(written: str, manifest: Path) -> Iterator[Path]:
    """Give the wasm files of one package out of cargo's messages, whatever its target folder."""
    for line in written.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") != "compiler-artifact":
            continue
        if Path(message["manifest_path"]).resolve() == manifest:
            yield from (Path(name) for name in message["filenames"] if name.endswith(".wasm"))


def _vendored(sdk: Path) -> dict[str, bytes]:
    names = ["Cargo.toml", "README.md", "LICENSE"]
    names += [path.relative_to(sdk).as_posix() for path in (sdk / "src").rglob("*.rs")]
    return {f"sdk/{name}": (sdk / name).read_bytes() for name in names}


CARGO: Final = Toolchain("cargo", ("Cargo.toml",), "rust", _vendored, _build)
