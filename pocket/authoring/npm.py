"""Plugins whose package.json has a `build` script: TypeScript, JavaScript, AssemblyScript."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from pocket.authoring.bench import Bench
from pocket.authoring.tarball import pack
from pocket.authoring.toolchain import Toolchain
from pocket.errors import BuildFailed, InvalidInput
from pocket.plugin.module import SOURCE_MAP_SECTION, custom_section
from pocket.plugin.own_frames import is_own_file
from pocket.plugin.source_map import MAX_MAPPINGS, SourceMap

_INSTALL: Final = (
    "install Node 20 or newer: `sudo apt install nodejs npm`, or https://nodejs.org where that is "
    "older"
)
_QUIET: Final = ("--no-audit", "--no-fund", "--prefer-offline")
_HINTS: Final = {
    "ENOTFOUND": "npm cannot reach its registry; is there a network?",
    "EAI_AGAIN": "npm cannot reach its registry; is there a network?",
    "is built into node": "plugins have nothing of Node: take a package that runs in browsers, "
    "too; the SDK's `files`, `env` and `fetch` reach the world",
    "Not implemented: Closures": "AssemblyScript has no closures: write a loop, or pass what the "
    "function needs to it",
}


def _build(bench: Bench) -> None:
    _require_script(bench.folder / "package.json", bench.wasm)
    _install(bench)
    bench.run("npm", "run", "--silent", "build", install=_INSTALL, hints=_HINTS)
    _put_in_map(bench.wasm)


def _put_in_map(wasm: Path) -> None:
    """Put the map that asc writes beside its module into it: the lines of the author's files."""
    file = wasm.with_name(f"{wasm.name}.map")
    if not file.exists():
        return
    try:
        section = custom_section(SOURCE_MAP_SECTION, _own_lines(file.read_bytes()))
        wasm.write_bytes(wasm.read_bytes() + section)
        # Once is enough, where the next build finds nothing to do.
        file.unlink()
    except (OSError, ValueError) as error:
        raise BuildFailed(f"{file}: {error}", hint="delete it and build again") from None


def _own_lines(source_map: bytes) -> bytes:
    found = SourceMap.read(source_map)
    if found is None:
        raise ValueError(f"no source map, or one of over {MAX_MAPPINGS >> 20}MB")
    return found.only(is_own_file).write()


def _require_script(file: Path, wasm: Path) -> None:
    """Look for the script here: npm's own complaint goes the way of its other chatter."""
    try:
        scripts = json.loads(file.read_bytes()).get("scripts", {})
    except json.JSONDecodeError as error:
        raise BuildFailed(f"{file}:{error.lineno}:{error.colno}: {error.msg}") from None
    except (OSError, ValueError, AttributeError) as error:
        raise BuildFailed(f"{file}: {error}") from None
    if "build" not in scripts:
        where = wasm.relative_to(file.parent)
        raise BuildFailed(
            f"{file}: there is no script `build`",
            hint=f'write "scripts": {{"build": "..."}}, a command that writes {where}',
        )


def _install(bench: Bench) -> None:
    """Install what package.json names, unless nothing has changed since."""
    lock, done = (bench.folder / name for name in ("package-lock.json", _DONE))
    wanted = [_changed(bench.folder / "package.json"), _changed(lock)]
    if _changed(done) >= max(wanted):
        return
    # With nothing installed, the lock alone says what to install; `ci` also checks its hashes.
    word = "ci" if lock.exists() and not done.exists() else "install"
    bench.run("npm", word, *_QUIET, install=_INSTALL, hints=_HINTS)
    if done.exists():
        os.utime(done)


_DONE: Final = "node_modules/.package-lock.json"
"""What npm writes last."""


def _changed(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


def _javascript(sdk: Path) -> dict[str, bytes]:
    if not (sdk / "dist" / "engine.wasm").exists() or not (sdk / "dist" / "index.js").exists():
        raise InvalidInput(f"{sdk}: the SDK is not built", hint=f"run `make -C {sdk}`")
    return {"sdk/pocket-plugin-sdk.tgz": _packed(sdk)}


def _assemblyscript(sdk: Path) -> dict[str, bytes]:
    return {"sdk/pocket-assemblyscript-sdk.tgz": _packed(sdk)}


def _packed(sdk: Path) -> bytes:
    """Give an SDK as the tarball that `npm pack` would publish."""
    package = json.loads((sdk / "package.json").read_text(encoding="utf-8"))
    names = ["package.json", "README.md", "LICENSE"]
    for entry in package["files"]:
        found = [path for path in (sdk / entry).rglob("*") if path.is_file()] or [sdk / entry]
        names += [path.relative_to(sdk).as_posix() for path in found]
    return pack({f"package/{name}": (sdk / name).read_bytes() for name in names})


NPM: Final = Toolchain("npm", ("package.json",), "javascript", _javascript, _build)
ASSEMBLYSCRIPT: Final = Toolchain(
    "npm", ("package.json",), "assemblyscript", _assemblyscript, _build
)
