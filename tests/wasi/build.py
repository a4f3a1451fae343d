"""Programs in C for tests, compiled once: `.cache/wasi/<hash of source and compiler>.wasm`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent / "programs"
CACHE = Path(__file__).parents[2] / ".cache"
REACTORS = {"opener", "speaker"}


@cache
def program(name: str) -> bytes:
    """Compile the program `name` for preview 1."""
    source = FOLDER / f"{name}.c"
    flags = ["-target", "wasm32-wasi", "-O1", "-s"]
    if name in REACTORS:
        flags.append("-mexec-model=reactor")
    key = hashlib.sha256(repr((source.read_bytes(), flags, version("ziglang"))).encode())
    target = CACHE / "wasi" / f"{name}-{key.hexdigest()[:16]}.wasm"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(f".{os.getpid()}.wasm")
        caches = {f"ZIG_{kind}_CACHE_DIR": str(CACHE / "zig") for kind in ("GLOBAL", "LOCAL")}
        command = [
            sys.executable,
            "-m",
            "ziglang",
            "cc",
            *flags,
            str(source),
            "-o",
            str(unfinished),
        ]
        subprocess.run(command, check=True, env=os.environ | caches)
        unfinished.replace(target)
    return target.read_bytes()
