"""Write Pocket plugins in Python.

A plugin's `plugin.py` says in `nodes` what it has to offer:

    from pocket_plugin import PluginNode

    class Shout(PluginNode):
        metadata = {"type": "shout", "category": "text", "description": "Says a text louder"}

        def exec(self, prepared):
            return {"text": prepared["text"].upper()}

    nodes = [Shout()]

The same file runs in Pocket, where MicroPython is the interpreter, and in CPython, where
`pocket_plugin.testing` stands in for Pocket. `http`, `store` and `stream` are modules of this
package.
"""

from pocket_plugin import log
from pocket_plugin._errors import HostError, PermissionDenied
from pocket_plugin._host import env
from pocket_plugin._node import PluginNode

__all__ = ["HostError", "PermissionDenied", "PluginNode", "env", "log"]
