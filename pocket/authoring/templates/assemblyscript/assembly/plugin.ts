import { Call, Node, Value, fail, register } from "@pocket/assemblyscript-sdk/assembly";

export * from "@pocket/assemblyscript-sdk/assembly/abi";

class Shout extends Node {
  // The configSchema is what a workflow may write as the node's config; Pocket checks it and fills
  // in defaults. `pocket plugins test` holds the plugin to the examples.
  metadata(): string {
    return `{
      "type": "{{NAME}}",
      "category": "text",
      "description": "Says a text louder",
      "configSchema": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "marks": {
            "type": "integer",
            "default": 1,
            "minimum": 0,
            "maximum": 10,
            "description": "Exclamation marks at the end"
          }
        }
      },
      "inputSchema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
      "outputSchema": { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } },
      "examples": [
        { "name": "A greeting", "input": { "text": "hello" }, "output": { "text": "HELLO!" } },
        { "name": "Much louder", "config": { "marks": 3 }, "input": { "text": "hi" }, "output": { "text": "HI!!!" } }
      ]
    }`;
  }

  exec(call: Call): Value {
    const text = call.input.get("text").text();
    // The message becomes the error of the call; so does what is thrown, with its place in the source.
    if (text.length == 0) return fail("there is nothing to shout");
    const marks = call.config.get("marks").integer(1) as i32;
    return Value.object().put("text", text.toUpperCase() + "!".repeat(marks));
  }
}

register([new Shout()]);
