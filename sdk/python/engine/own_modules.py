"""Write the C file that carries the engine's own Python modules.

usage: own_modules.py OUTPUT.c FOLDER...
"""

import json
import sys
from pathlib import Path

_NATIVE = {"__main__.py", "_bundle.py", "_native.py", "testing.py"}
"""Of the SDK, for CPython only."""


def main(output: str, *folders: str) -> None:
    """Put every Python file of the folders in, by its path below its folder."""
    rows = []
    for folder in map(Path, folders):
        for file in sorted(folder.rglob("*.py")):
            if file.name in _NATIVE:
                continue
            text = file.read_text(encoding="utf-8")
            # JSON's strings are C's, as the sources are ASCII.
            literal = json.dumps(text)
            rows.append(f'    {{"{file.relative_to(folder)}", {literal}, {len(text)}}},\n')
    Path(output).write_text(
        '#include "sources.h"\n\n'
        f"const sources_file_t sources_own[] = {{\n{''.join(rows)}}};\n"
        f"const size_t sources_own_count = {len(rows)};\n",
        encoding="utf-8",
    )


main(*sys.argv[1:])
