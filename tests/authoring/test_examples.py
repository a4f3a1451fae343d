"""`pocket plugins test`: examples against what the plugin gives, and against its schemas."""

from __future__ import annotations

import json
from typing import Any

from cli.conftest import Terminal
from guests.build import guest, plugin_folder, source_section


def put(terminal: Terminal, *examples: dict[str, Any], **schemas: object) -> None:
    """Write a plugin whose every call gives 0, with these examples."""
    node = {"type": "main", "category": "test", "description": "", "examples": list(examples)}
    output = {"abi": 1, "functions": ["exec"], "nodes": [node | schemas]}
    payload = json.dumps({"success": True, "output": output}).encode()
    wasm = guest("say_metadata") + source_section(payload)
    plugin_folder(terminal.folder, "zero", wasm=wasm)


def example(given: object, output: object = 0, name: str = "one") -> dict[str, Any]:
    return {"name": name, "config": {}, "input": given, "output": output}


def test_in_a_plugins_folder_no_name_is_needed(terminal: Terminal) -> None:
    put(terminal, example(1))
    terminal.folder /= "zero"
    ended = terminal.run("plugins", "test")
    assert (ended.returncode, ended.stdout) == (0, "ok     main: one\n1 examples, 0 failed\n")


def test_elsewhere_it_asks_for_one(terminal: Terminal) -> None:
    ended = terminal.run("plugins", "test")
    assert (ended.returncode, ended.stderr) == (
        15,
        (
            "error: there is no manifest.yaml in this folder\n\n"
            "hint: name a plugin, or go to its folder\n"
        ),
    )


def test_an_input_that_its_schema_refuses_is_a_failure(terminal: Terminal) -> None:
    schema = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    put(
        terminal,
        example({"text": "x"}, name="right"),
        example({"text": 1}, name="number"),
        example({}, name="nothing"),
        inputSchema=schema,
    )
    ended = terminal.run("plugins", "test", "./zero")
    assert ended.returncode == 18
    assert ended.stdout == (
        "ok     main: right\n"
        "FAILED main: number\n"
        "  schema:   input.text: 1 is not of type 'string'\n"
        "FAILED main: nothing\n"
        "  schema:   input: 'text' is a required property\n"
        "3 examples, 2 failed\n"
    )


def test_an_output_that_its_schema_refuses_is_a_failure_though_it_is_what_comes(
    terminal: Terminal,
) -> None:
    put(terminal, example(1), outputSchema={"type": "string"})
    ended = terminal.run("plugins", "test", "./zero", "--output", "json")
    assert ended.returncode == 18
    [trial] = json.loads(ended.stdout)
    assert (trial["actual"], trial["expected"], trial["passed"]) == (0, 0, False)
    assert trial["problems"] == ["output: 0 is not of type 'string'"]


def test_what_comes_is_held_to_the_schema_too(terminal: Terminal) -> None:
    put(terminal, example(1, "zero"), outputSchema={"type": "string"})
    ended = terminal.run("plugins", "test", "./zero")
    assert ended.stdout == (
        "FAILED main: one\n"
        "  schema:   actual: 0 is not of type 'string'\n"
        '  expected: "zero"\n'
        "  actual:   0\n"
        "1 examples, 1 failed\n"
    )
