// Says a text louder.
#include <cctype>
#include <string>

#include "pocket.hpp"

struct Shout : pocket::Node {
    // The configSchema is what a workflow may write as the node's config; Pocket checks it and fills
    // in defaults. `pocket plugins test` holds the plugin to the examples.
    static constexpr char metadata[] = R"({
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
        "inputSchema": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "outputSchema": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
        "examples": [
            {"name": "A greeting", "input": {"text": "hello"}, "output": {"text": "HELLO!"}},
            {"name": "Much louder", "config": {"marks": 3}, "input": {"text": "hi"}, "output": {"text": "HI!!!"}}
        ]
    })";

    pocket_status exec(pocket::Call &call) override {
        std::string text = call.input()["text"].text();
        // The message becomes the error of the call.
        if (text.empty()) return call.fail("there is nothing to shout");
        for (char &letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
        text.append(static_cast<std::size_t>(call.config()["marks"].integer(1)), '!');
        call.output().object().key("text").text(text).end();
        return POCKET_OK;
    }
};

POCKET_EXPORT(&pocket::node<Shout>);
