"""Plugins that are whole programs: the request on stdin, the response on stdout."""

from __future__ import annotations

import pytest
import wasmtime
from conftest import QUICK, Load
from wasi.build import program

import pocket

ROOM = QUICK | {"memory": "32MB"}
"""zig gives a program 16 MB of stack."""


def command(body: str = "", *, exports: str = "") -> bytes:
    """Make a command that exits, traps or writes a text from its memory."""
    return bytes(
        wasmtime.wat2wasm(f"""(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1) {exports}
        (func $say (param $at i32) (param $length i32)
          (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length))
          (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
        (func (export "_start") {body}))""")
    )


def saying(text: str, then: str = "") -> bytes:
    """Make a command that answers every request with a text."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return command(
        f"(call $say (i32.const 64) (i32.const {len(text)})) {then}",
        exports=f'(data (i32.const 64) "{quoted}")',
    )


def test_a_program_in_c_is_a_plugin(load: Load) -> None:
    plugin = load(program("words"), permissions=ROOM)
    assert plugin.call("main", "to be or not to be").output == 6
    assert [result.output for result in plugin.map("main", ["a", "a b", "a b c"])] == [1, 2, 3]


@pytest.mark.parametrize("state", ["fresh", "kept"])
def test_every_call_is_a_run_of_its_own_whatever_the_state(load: Load, state: str) -> None:
    plugin = load(program("surroundings"), state=state, permissions=ROOM)
    outputs = [plugin.call("main", None).output for _ in range(3)]
    assert {output["runs"] for output in outputs} == {1}
    assert len({output["drawn"] for output in outputs}) == 3


def test_a_program_that_fails_is_a_crash_with_its_last_words(load: Load) -> None:
    plugin = load(program("words"), permissions=ROOM)
    with pytest.raises(pocket.PluginCrashed, match=r"proc_exit\(3\)") as raised:
        plugin.call("main", 1)
    assert raised.value.detail == "plugin: no text in the input"
    assert plugin.call("main", "one").output == 1


def test_leaving_with_status_0_is_success(load: Load) -> None:
    wasm = saying('{"success":true,"output":7}', "(call $exit (i32.const 0)) unreachable")
    assert load(wasm).call("main", None).output == 7


@pytest.mark.parametrize(
    ("wasm", "error"),
    [
        (command(), pocket.InvalidOutput),
        (saying("hello"), pocket.InvalidOutput),
        (saying("{}"), pocket.InvalidOutput),
        (saying('{"success":false,"error":"no"}'), pocket.PluginError),
        (saying('{"success":true,"output":1}', "unreachable"), pocket.PluginCrashed),
        (command("(call $exit (i32.const 1))"), pocket.PluginCrashed),
        (command("(loop (br 0))"), pocket.CpuLimitExceeded),
    ],
    ids=["empty", "text", "shape", "error", "trap", "status", "loop"],
)
def test_what_a_command_does_wrong_is_a_typed_error(
    load: Load, wasm: bytes, error: type[pocket.PocketError]
) -> None:
    if error is pocket.CpuLimitExceeded:
        with pytest.raises(error):
            load(wasm)
        return
    plugin = load(wasm)
    assert plugin.nodes["main"].description == "main"
    for _ in range(2):
        with pytest.raises(error):
            plugin.call("main", None)


def test_a_command_may_describe_itself(load: Load) -> None:
    described = '{"success":true,"output":{"nodes":[{"type":"main","description":"by itself"}]}}'
    assert load(saying(described)).nodes["main"].description == "by itself"
    wrong = '{"success":true,"output":{"nodes":[{"type":"other"}]}}'
    with pytest.raises(pocket.InvalidOutput, match="its manifest names main"):
        load(saying(wrong), name="wrong")


@pytest.mark.parametrize(
    ("wasm", "problems"),
    [
        ('(module (func (export "_start")))', ["export `memory` is missing"]),
        (
            '(module (memory (export "memory") 1) (func (export "_start") (param i32)))',
            ["export `_start` has the type"],
        ),
        (
            (
                '(module (memory (export "memory") 1) (func (export "_start"))'
                ' (func (export "__pocket_call") (param i32 i32) (result i64) unreachable))'
            ),
            ["export `__pocket_alloc` is missing"],
        ),
        (
            '(module (memory (export "memory") 1))',
            ["export `__pocket_alloc` is missing", "export `__pocket_call` is missing"],
        ),
    ],
)
def test_what_is_missing_is_told_for_the_kind_that_was_meant(
    load: Load, wasm: str, problems: list[str]
) -> None:
    with pytest.raises(pocket.InvalidModule) as raised:
        load(bytes(wasmtime.wat2wasm(wasm)))
    lines = str(raised.value).splitlines()
    assert len(lines) == len(problems)
    for line, problem in zip(lines, problems, strict=True):
        assert problem in line
