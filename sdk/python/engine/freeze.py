"""Write the C file that carries the engine's own Python modules, compiled.

usage: freeze.py BUILD MICROPYTHON FOLDER...
"""

import subprocess
import sys
from pathlib import Path

_NATIVE = {"__main__.py", "_bundle.py", "_native.py", "testing.py"}
"""Of the SDK, for CPython only."""
_SMALL_INT = "-msmall-int-bits=31"
"""That WebAssembly's pointers have 32 bits."""


def main(build: str, micropython: str, *folders: str) -> None:
    """Compile every Python file of the folders; each is imported by its path below its folder."""
    compiled = []
    for folder in map(Path, folders):
        for file in sorted(folder.rglob("*.py")):
            if file.name in _NATIVE:
                continue
            name = file.relative_to(folder)
            target = Path(build, "frozen", name.with_suffix(".mpy"))
            target.parent.mkdir(parents=True, exist_ok=True)
            compiler = Path(micropython, "mpy-cross", "build", "mpy-cross")
            _run(str(compiler), _SMALL_INT, "-s", str(name), "-o", str(target), str(file))
            compiled.append(str(target))
    names = str(Path(build, "genhdr", "qstrdefs.preprocessed.h"))
    tool = str(Path(micropython, "tools", "mpy-tool.py"))
    text = _run(sys.executable, tool, "--freeze", "-q", names, *compiled)
    Path(build, "frozen_content.c").write_bytes(text)


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


main(*sys.argv[1:])
