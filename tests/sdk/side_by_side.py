"""The body of a function, run in CPython and in a plugin in Python."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

from guests.python import bundle

from pocket.document import JSON

ROOM = {"memory": "64MB", "cpu": "20s", "timeout": "120s"}
_PLUGIN = """
from pocket_plugin import PluginNode

class Main(PluginNode):
    metadata = {"type": "main"}

    def exec(self, prepared):
        scope = {}
        exec(prepared[0], scope)
        return scope["body"](*prepared[1:])

nodes = [Main()]
"""


def runner(**files: Path) -> bytes:
    """Make a plugin whose node runs what `function` gives; the files are modules in it."""
    modules = {f"{name}.py": path.read_text() for name, path in files.items()}
    return bundle({"plugin.py": _PLUGIN, **modules})


def function(body: str) -> str:
    """Write a function `body` of a dedented body, whose imports of the future come first."""
    body = textwrap.dedent(body).strip()
    first, _, rest = body.partition("\n")
    if not first.startswith("from __future__"):
        first, rest = "", body
    return f"{first}\ndef body():\n{textwrap.indent(rest, '    ')}"


def in_cpython(body: str) -> JSON:
    """Run a body here; what it gives is as JSON has it."""
    scope: dict[str, Any] = {}
    code = compile(function(body), "body", "exec", dont_inherit=True)
    exec(code, scope)
    # MicroPython knows a class by its own name only.
    given: JSON = json.loads(json.dumps(scope["body"]()).replace("body.<locals>.", ""))
    return given
