"""The languages that plugins are written in, and what one cannot do. A new one is a line and a folder."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pocket.authoring.build import build

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = Path(__file__).parent / "plugins"
_MADE = {"build", "node_modules", "dist", "target", "test", "tests"}
"""Folders that go into no plugin."""


@dataclass(frozen=True, eq=False)
class Language:
    """A folder of `plugins/`, and why some cases are not for it.

    Attributes:
        sdk: its folder in `sdk/`.
        title: for people.
        shares: another folder of `plugins/` whose sources are its own, too.
        cannot: why, by the name of a case.
    """

    name: str
    sdk: str
    title: str
    cannot: Mapping[str, str] = field(default_factory=dict)
    shares: str | None = None

    @property
    def folder(self) -> Path:
        return PLUGINS / self.name

    @property
    def sources(self) -> Path:
        """The folder that the files of a stack are in."""
        return self.folder / "src" if self.name == "python" else self.folder

    @property
    def wasm(self) -> Path:
        return self.folder / "dist" / "plugin.wasm"

    def built(self) -> bytes:
        """Give the plugin, built unless neither it nor its SDK has changed since."""
        stamp, inputs = self.folder / "dist" / "inputs.sha256", self._inputs()
        if not self.wasm.exists() or not stamp.exists() or stamp.read_text() != inputs:
            # Where `make` has compiled the same crates already.
            os.environ.setdefault("CARGO_TARGET_DIR", str(ROOT / "target"))
            build(self.folder, language=None, show=lambda _: None)
            stamp.write_text(inputs)
        return self.wasm.read_bytes()

    def _inputs(self) -> str:
        sdk = ROOT / "sdk" / self.sdk
        engine = sdk / "dist" / "engine.wasm"
        shared = [] if self.shares is None else _sources(PLUGINS / self.shares)
        files = [
            *_sources(self.folder),
            *shared,
            *_sources(sdk),
            *([engine] if engine.exists() else []),
        ]
        digest = hashlib.sha256()
        for file in files:
            digest.update(f"{file.relative_to(ROOT)} {file.stat().st_size}\n".encode())
            digest.update(file.read_bytes())
        return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in _MADE or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _sources(entry)
        else:
            yield entry


_SCRIPT = "a script has no way to trap; what it throws is an error"
_BY_HAND = 'errors are values: `return pocket_fail(call, "why")`'
_PANIC = "a panic is a crash, with its place in its stack; errors are values: `Err`"
_NO_PLACE = "an `Err` is a value, which knows no place; a panic is a crash, and has a stack"
_NO_LINES = "Go writes no debug information for WebAssembly: a crash has names of functions only"
_NO_SYSTEM = "std has no system for wasm32-unknown-unknown; it has one for wasm32-wasip1"

LANGUAGES = (
    Language(
        "typescript",
        "javascript",
        "TypeScript, JavaScript",
        {
            "a trap": _SCRIPT,
            "the stack of a crash": _SCRIPT,
        },
    ),
    Language(
        "rust",
        "rust",
        "Rust",
        {
            "what the language throws": _PANIC,
            "printed lines": _NO_SYSTEM,
            "files": _NO_SYSTEM,
            "random numbers of each call": _NO_SYSTEM,
            "the stack of an error": _NO_PLACE,
        },
    ),
    Language(
        "rust-wasip1",
        "rust",
        "Rust for wasip1",
        {"what the language throws": _PANIC, "the stack of an error": _NO_PLACE},
        shares="rust",
    ),
    Language("python", "python", "Python", {"a trap": _SCRIPT, "the stack of a crash": _SCRIPT}),
    Language("go", "go", "Go", {"the stack of a crash": _NO_LINES}),
    Language("c", "c", "C", {"what the language throws": _BY_HAND}),
    Language(
        "cpp", "c", "C++", {"what the language throws": f"there are no exceptions; {_BY_HAND}"}
    ),
    Language("assemblyscript", "assemblyscript", "AssemblyScript"),
)

if __name__ == "__main__":
    for language in LANGUAGES:
        sys.stdout.write(f"{language.title}: {len(language.built()):,} bytes\n")
