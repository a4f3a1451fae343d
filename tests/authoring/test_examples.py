"""`pocket plugins test`: examples against what the plugin gives, and against its schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cli.conftest import Terminal
from guests.build import guest, plugin_folder, source_section

from pocket.authoring.difference import differences
from pocket.document import JSON


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
        '  differs:  output is 0, not "zero"\n'
        "1 examples, 1 failed\n"
    )


def test_a_plugin_without_examples_is_told_what_it_lacks(terminal: Terminal) -> None:
    put(terminal)
    ended = terminal.run("plugins", "test", "./zero")
    assert (ended.returncode, ended.stdout) == (0, "0 examples, 0 failed\n")
    assert "the metadata has no `examples`" in ended.stderr


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, ['output.a[1].b is "y", not "x"']),
        (
            {"a": 1, "b": 2},
            {"b": 2, "c": 3},
            ["output.a is missing", "output.c is not expected: 3"],
        ),
        ([1, 2, 3], [1, 4], ["output has 2 elements, not 3", "output[1] is 4, not 2"]),
        ([1, 1.0, True], [1.0, 1, True], []),
        ([True, 0], [1, False], ["output[0] is 1, not true", "output[1] is false, not 0"]),
        ({"a": {}}, {"a": None}, ["output.a is null, not {}"]),
        ("x", "y" * 100, [f'output is "{"y" * 79}..., not "x"']),
    ],
)
def test_an_output_that_differs_is_told_by_place(
    expected: JSON, actual: JSON, told: list[str]
) -> None:
    assert list(differences(expected, actual, "output")) == told


def test_an_output_of_any_depth_is_compared() -> None:
    first: JSON = 1
    second: JSON = 2
    for _ in range(900):
        first, second = [first], [second]
    [told] = differences(first, second, "output")
    assert told.endswith("[0] is 2, not 1")
