"""Which functions of a crash are the author's, and which the language's or the SDK's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pocket.errors import StackFrame

_FUNCTIONS: Final = (
    # Pocket's ABI and SDKs
    "__pocket_", "pocket_", "pocket::", "pocket.",
    "pocket_plugin_sdk::", "<N as pocket_plugin_sdk::",
    # Rust
    "core::", "std::", "alloc::", "__rustc", "rust_", "__rust_",
    # C
    "abort", "__assert_fail", "_start", "__main_void",
    # Go
    "runtime.", "internal/", "syscall.", "wasm_", "_rt0_", "gcWriteBarrier",
    # AssemblyScript
    "~lib/", "node_modules/@pocket/", "export:node_modules/@pocket/", "~setArgumentsLength",
)  # fmt: skip
"""How the names of functions begin that no author of a plugin wrote."""
_FILES: Final = re.compile(r"/rustc/|/rust/deps/|runtime/|~lib/|node_modules/@pocket/|(.*/)?sdk/")
"""How the names of their files begin; `sdk` is the folder of a plugin that has the SDK."""
_NAMELESS: Final = re.compile(r"function [0-9]+", re.ASCII)


def own_frames(frames: Iterable[StackFrame]) -> tuple[StackFrame, ...]:
    """Leave out what is not the author's; where nothing is, leave all as it is."""
    all_frames = tuple(frames)
    return tuple(filter(_is_own, all_frames)) or all_frames


def is_own_file(path: str) -> bool:
    """Whether a file is the author's, by its path from the plugin's folder."""
    return _FILES.match(path) is None


def _is_own(frame: StackFrame) -> bool:
    if frame.place is not None and not is_own_file(frame.place.path):
        return False
    if frame.place is None and _NAMELESS.fullmatch(frame.function):
        return False
    return not frame.function.startswith(_FUNCTIONS)
