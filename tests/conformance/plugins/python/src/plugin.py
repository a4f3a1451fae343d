"""Does what a case asks it to; cases.py says what that is."""

import random

from deeds import DEEDS
from pocket_plugin import PluginNode, stream


class Deeds(PluginNode):
    metadata = {
        "type": "deeds",
        "category": "test",
        "description": "Does what its input says",
        "configSchema": {
            "type": "object",
            "properties": {
                "greeting": {"type": "string", "default": "hällo"},
                "times": {"type": "integer", "default": 2},
            },
        },
        "examples": [{"name": "An echo", "input": {"do": "echo", "with": [1]}, "output": [1]}],
    }

    def exec(self, prepared: dict) -> object:
        if prepared["do"] == "config":
            return self.config
        if prepared["do"] == "random":
            return str(random.random())
        return DEEDS[prepared["do"]](prepared["with"])


class Halve(PluginNode):
    metadata = {
        "type": "halve",
        "category": "test",
        "description": "Halves a number, or a text of one",
    }

    def prep(self, value: object) -> object:
        return float(value) if isinstance(value, str) else value

    def exec(self, prepared: object) -> float:
        if not isinstance(prepared, (int, float)):
            raise TypeError("that is no number")
        return prepared / 2

    def post(self, _value: object, output: float) -> tuple:
        return ("small", "small") if output < 1 else (output, "default")


class Louder(PluginNode):
    metadata = {
        "type": "louder",
        "category": "test",
        "description": "Puts a stream into upper case",
        "stream": True,
    }

    def exec(self, prepared: object) -> int:
        count = 0
        for piece in stream.chunks():
            count += len(piece)
            stream.write(piece.upper())
            if prepared is not None:
                raise RuntimeError(prepared)
        return count


nodes = [Deeds(), Halve(), Louder()]
