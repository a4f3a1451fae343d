from louder import louder
from pocket_plugin import PluginNode

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}


class Shout(PluginNode):
    metadata = {
        "type": "{{NAME}}",
        "category": "text",
        "description": "Says a text louder",
        # What a workflow may write as the node's config; Pocket checks it and fills in defaults.
        "configSchema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "marks": {
                    "type": "integer",
                    "default": 1,
                    "minimum": 0,
                    "maximum": 10,
                    "description": "Exclamation marks at the end",
                },
            },
        },
        "inputSchema": TEXT,
        "outputSchema": TEXT,
        # `pocket plugins test` holds the plugin to them.
        "examples": [
            {"name": "A greeting", "input": {"text": "hello"}, "output": {"text": "HELLO!"}},
            {
                "name": "Much louder",
                "config": {"marks": 3},
                "input": {"text": "hi"},
                "output": {"text": "HI!!!"},
            },
        ],
    }

    def exec(self, prepared: dict) -> dict:
        text = prepared.get("text")
        # What is raised becomes the error of the call.
        if not isinstance(text, str):
            raise TypeError("the input has no text")
        return {"text": louder(text, self.config["marks"])}


nodes = [Shout()]
