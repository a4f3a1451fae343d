"""`lua` runs a script in a worker of its own, as Lua 5.4 would."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.conftest import Hosted
from nodes.lua_cases import ALL
from pocket.errors import (
    CallTimeout,
    MemoryLimitExceeded,
    NodeError,
    NodeTimeout,
    PocketError,
)


@pytest.mark.parametrize(("script", "output"), ALL)
def test_a_script_gives_what_lua_gives(hosted: Hosted, script: str, output: Any):
    given = hosted("lua", None, script=script).output
    assert (given, type(given)) == (output, type(output))


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1, "b": [True, False], "c": {"d": "text é 😀", "e": 1.5}},
        [1, 2.0, -3, 9007199254740993, 1e300],
        [],
        {},
        [None, 1, None],
        [[], {}, [[]]],
        "",
        0,
        False,
        None,
    ],
)
def test_a_value_passes_through_unharmed(hosted: Hosted, value: Any):
    given = hosted("lua", value, script="return input").output
    assert repr(given) == repr(value)


def test_null_in_an_object_is_nil_and_gone_afterwards(hosted: Hosted):
    script = "return {missing = input.a == nil, whole = input}"
    assert hosted("lua", {"a": None, "b": 1}, script=script).output == {
        "missing": True,
        "whole": {"b": 1},
    }


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ("return {a = null, b = {null, 1}}", {"a": None, "b": [None, 1]}),
        ("return {}", {}),
        ("return list()", []),
        ("return {list(), list({1})}", [[], [1]]),
        ("return {1, 2, x = 3}", {"1": 1, "2": 2, "x": 3}),
        ("return {1, nil, 3}", {"1": 1, "3": 3}),
        ("local t = list({1, 2, 3}) t[2] = nil return t", [1, None, 3]),
        ("return {[10] = 'a'}", {"10": "a"}),
        ("return json_encode({a = {1, 2.5, 'x', null}})", '{"a":[1,2.5,"x",null]}'),
        ("return json_decode('{\"a\": [1, null]}').a[1]", 1),
        ("local ok, e = pcall(json_decode, '{') return ok", False),
        ("return str_trim('  a b ')", "a b"),
        ("return str_split('a,b,,c', ',')", ["a", "b", "", "c"]),
        ("return str_split('a b')", ["a", "b"]),
        ("return str_contains('a.b', '.')", True),
        ("return str_replace('a.a.a', '.', '-')", "a-a-a"),
        ("return str_replace('foo foo', 'foo', 'b%1', 1)", "b%1 foo"),
        (
            "return {type_of(nil), type_of(null), type_of(1), type_of({})}",
            ["nil", "null", "number", "table"],
        ),
        ("return os.date('!%Y-%m-%d', 0)", "1970-01-01"),
        ("return os.time() > 1.7e9 and os.clock() >= 0 and os.difftime(2, 1) == 1.0", True),
    ],
)
def test_json_and_the_helpers(hosted: Hosted, script: str, output: Any):
    assert hosted("lua", None, script=script).output == output


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("return print", "output is a function"),
        ("return {a = {1, coroutine.create(print)}}", r"output\.a\[2\] is a thread"),
        ("return {[{}] = 1}", "output has a table as a key"),
        ("return 0/0", "output is NaN"),
        ("return {x = math.huge}", r"output\.x is inf"),
        ("return '\\xff'", "output is a text that is not UTF-8"),
        ("local t = {} t.t = t return t", "nested more than 120 deep"),
        ("return {[1] = 1, ['1'] = 2}", "the same in JSON"),
        ("local t = list() t[1e6 // 1 | 0] = 1 return t", "a list with 999999 holes"),
        ("return 1, 2", "the second value that the script returns is its action"),
    ],
)
def test_what_json_cannot_hold_fails_the_node(hosted: Hosted, script: str, message: str):
    with pytest.raises(NodeError, match=message):
        hosted("lua", None, script=script)


def test_the_second_value_is_the_action(hosted: Hosted):
    result = hosted("lua", {"n": 1}, script="return input.n, 'again'")
    assert (result.output, result.path[0].action) == (1, "again")


def test_a_script_that_returns_nothing_gives_its_input(hosted: Hosted):
    assert hosted("lua", {"a": 1}, script="local x = input.a").output == {"a": 1}


@pytest.mark.parametrize(
    "name",
    [
        "io",
        "require",
        "package",
        "debug",
        "dofile",
        "loadfile",
        "os.execute",
        "os.getenv",
        "os.exit",
    ],
)
def test_what_would_touch_the_world_is_not_there(hosted: Hosted, name: str):
    assert hosted("lua", None, script=f"return {name} == nil").output is True


def test_a_call_leaves_nothing_for_the_next(hosted: Hosted):
    script = "local before = mark mark = 1 string.upper = nil return before == nil and string.upper == nil"
    assert [hosted("lua", None, script=script).output for _ in range(3)] == [True] * 3


def test_random_numbers_are_others_in_each_call(hosted: Hosted):
    drawn = {hosted("lua", None, script="return math.random(1 << 60)").output for _ in range(4)}
    assert len(drawn) == 4


BLOCK = """\
name: one
nodes:
  - name: only
    type: lua
    config:
      script: |
        local x = input
        {line}
        return x
"""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("error('boom')", "workflow.yaml:8: boom"),
        ("error('boom', 0)", "boom"),
        ("error({code = 7})", '{"code":7}'),
        ("error(setmetatable({}, {__tostring = function() return 'me' end}))", "me"),
        ("x = x.a.b", "workflow.yaml:8: attempt to index a nil value (field 'a')"),
        ("nothing()", "workflow.yaml:8: attempt to call a nil value (global 'nothing')"),
    ],
)
def test_an_error_names_the_line_of_the_workflow(hosted: Hosted, line: str, message: str):
    with pytest.raises(NodeError) as raised:
        hosted.file(BLOCK.replace("{line}", line)).run({})
    assert str(raised.value) == message


def test_a_script_is_compiled_when_the_workflow_is_loaded(hosted: Hosted):
    said = hosted.refused_file(BLOCK.replace("{line}", "x = = 1"))
    assert "workflow.yaml:8: nodes[0].config.script: unexpected symbol near '='" in said


def test_a_script_in_a_file(hosted: Hosted, tmp_path):
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "double.lua"
    script.write_text("\nreturn input * 2\n")
    assert hosted("lua", 4, file="scripts/double.lua").output == 8
    with pytest.raises(NodeError, match=r"double\.lua:2: attempt to perform arithmetic"):
        hosted("lua", {}, file="scripts/double.lua")
    script.write_text("return (")
    assert "scripts/double.lua:1: nodes[0].config.file" in hosted.refused(
        "lua", file="scripts/double.lua"
    )


@pytest.mark.parametrize("config", [{}, {"script": "return 1", "file": "x.lua"}])
def test_either_a_script_or_a_file_is_needed(hosted: Hosted, config: dict):
    (hosted.folder / "x.lua").write_text("")
    assert "give either script or file" in hosted.refused("lua", **config)


ENDLESS = [
    "while true do end",
    "local function f() f() end while true do pcall(f) end",
    "return pcall(string.rep('a', 25).find, string.rep('a', 25), string.rep('a*', 25) .. 'b')",
    "goto again ::again:: goto again",
    "coroutine.wrap(function() while true do pcall(error) end end)()",
]


@pytest.mark.parametrize("script", ENDLESS)
def test_a_script_without_end_is_stopped(hosted: Hosted, script: str):
    with pytest.raises(CallTimeout):
        hosted("lua", None, script=script, timeout="100ms")
    assert hosted("lua", 1, script="return input").output == 1


def test_the_timeout_of_the_node_ends_a_script(hosted: Hosted):
    text = BLOCK.replace("type: lua", "type: lua\n    timeout: 100ms")
    with pytest.raises(NodeTimeout):
        hosted.file(text.replace("{line}", "while true do end")).run({})


@pytest.mark.parametrize(
    "script",
    [
        "local s = 'x' while true do s = s .. s end",
        "local t = {} while true do t[#t + 1] = {} end",
        "return string.rep('x', 1 << 30)",
        "local t = {} for i = 1, 1e9 do t[i] = i end",
    ],
)
def test_a_script_that_wants_all_memory_is_stopped(hosted: Hosted, script: str):
    with pytest.raises(MemoryLimitExceeded):
        hosted("lua", None, script=script)
    assert hosted("lua", 1, script="return input").output == 1


def test_a_script_that_failed_is_not_tried_again(hosted: Hosted):
    retry = "type: lua\n    retry: {max_attempts: 3, delay: 1ms}"
    workflow = hosted.file(BLOCK.replace("type: lua", retry).replace("{line}", "error('no')"))
    with pytest.raises(PocketError) as raised:
        workflow.run({})
    assert raised.value.retryable is False


def test_a_script_that_took_too_long_is_tried_again(hosted: Hosted):
    # The clock of the first attempt is over; a later one sees another second.
    text = BLOCK.replace("type: lua", "type: lua\n    retry: {max_attempts: 2, delay: 1ms}")
    text = text.replace("script: |", "timeout: 50ms\n      script: |")
    steps: list[Any] = []

    class Watcher:
        def began(self, node): ...

        def ended(self, step, error):
            steps.append(step)

    with pytest.raises(CallTimeout):
        hosted.file(text.replace("{line}", "while true do end")).run({}, watcher=Watcher())
    assert steps[0].attempts == 2


def test_a_failure_goes_where_error_leads(hosted: Hosted):
    text = BLOCK.replace("{line}", "error('boom', 0)") + (
        "  - {name: caught, type: transform, config: {jq: .error.message}}\n"
        "connections: [{from: only, to: caught, action: error}]\n"
    )
    assert hosted.file(text).run({}).output == "boom"


def test_without_a_host_a_script_is_not_run(refused, one):
    workflow = one("lua", script="return 1")
    with pytest.raises(PocketError, match="run in workers"):
        workflow.run(None)
    assert "give either script or file" in refused("lua")
