"""Filters and scripts of workflows: what their authors, or the inputs, make them do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pocket
from abuse.siege import Siege
from pocket.document import JSON
from pocket.flow import Workflow
from pocket.nodes.interpreter import Interpreter, Name

STOPPED = (
    pocket.CallTimeout,
    pocket.InvalidWorkflow,
    pocket.MemoryLimitExceeded,
    pocket.NodeError,
    pocket.PluginCrashed,
)

PROGRAMS = {
    "a filter that calls itself for ever": ("transform", {"jq": "def f: f; f"}),
    "a filter with results without end": ("transform", {"jq": "last(repeat(1))"}),
    "a filter that nests lists without end": ("transform", {"jq": "def f: [f]; f"}),
    "a filter that doubles a text for ever": ("transform", {"jq": '"x" | until(false; . + .)'}),
    "a filter that makes a text of 1 GB": ("transform", {"jq": '"x" * 1000000000'}),
    "a filter with 100,000 brackets": ("transform", {"jq": "[" * 100_000}),
    "a filter that ends its process": ("transform", {"jq": "halt"}),
    "a pattern that backtracks": ("transform", {"jq": '"a" * 40 | test("(a+)+$b")'}),
    "a script that loops for ever": ("lua", {"script": "while true do end"}),
    "a script that catches every error for ever": (
        "lua",
        {"script": "while true do pcall(error) end"},
    ),
    "a script that recurses for ever": (
        "lua",
        {"script": "local function f() return 1 + f() end return f()"},
    ),
    "a script that makes coroutines within each other": (
        "lua",
        {"script": "local function f() return coroutine.wrap(f)() end return f()"},
    ),
    "a script that makes tables for ever": (
        "lua",
        {"script": "local t = {} while true do t = {t} end"},
    ),
    "a script that makes a text of 1 GB": ("lua", {"script": "return ('x'):rep(1 << 30)"}),
    "a script whose pattern backtracks": (
        "lua",
        {"script": "return (('a'):rep(30)):find(('a*'):rep(30) .. 'b')"},
    ),
    "a script with 100,000 brackets": ("lua", {"script": "return " + "{" * 100_000}),
    "a script that loads bytes as code": (
        "lua",
        {
            "script": "local c = string.dump(function() return 1 end) "
            "for i = 5, #c do pcall(load, c:sub(1, i) .. ('\\255'):rep(64)) end error('done')"
        },
    ),
    "a script that floods the log": ("lua", {"script": "while true do print(('x'):rep(1000)) end"}),
    "a script that opens a file": ("lua", {"script": "return io.open('/etc/passwd')"}),
    "a script that runs a command": ("lua", {"script": "return os.execute('id')"}),
}


@pytest.mark.parametrize(("kind", "config"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program(siege: Siege, tmp_path: Path, kind: str, config: dict[str, JSON]) -> None:
    name: Name = "jq" if kind == "transform" else "lua"
    siege.keep(Interpreter.on(siege.host, name).plugin)

    def attack() -> None:
        nodes: list[JSON] = [{"name": "n", "type": kind, "config": {"timeout": "300ms", **config}}]
        file = tmp_path / "workflow.json"
        file.write_text(json.dumps({"name": "w", "nodes": nodes}))
        Workflow.load(file, host=siege.host).run(None)

    siege.fails_or_passes(attack, *STOPPED)
