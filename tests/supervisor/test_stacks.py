"""Errors of plugins tell where they were made, in the author's own files."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest
import wasmtime
from conftest import Load
from guests.build import source_section

import pocket
from pocket.plugin.module import custom_section, split_module, with_debug_sections
from pocket.supervisor import process, symboliser
from pocket.supervisor.condenser import condense
from pocket.supervisor.trace import Trace

SENTIMENT = Path(__file__).parents[2] / "examples" / "plugins" / "sentiment"
LINES = (Path(__file__).parents[1] / "vectors" / "lines.wasm").read_bytes()
"""Traps in a function that was inlined, at its first call; lines.c has its source."""


def crash(load: Load, wasm: bytes) -> pocket.PluginCrashed:
    with pytest.raises(pocket.PluginCrashed) as caught:
        load(wasm).call("main", None)
    return caught.value


def stack(error: pocket.CallError) -> list[str]:
    return list(map(str, error.stack))


def test_an_error_of_typescript_names_the_line_that_its_author_wrote(host: pocket.Host) -> None:
    with pytest.raises(pocket.PluginError) as caught:
        host.load(SENTIMENT).call("sentiment", {"text": 3})
    (frame,) = caught.value.stack
    assert frame.function == "exec"
    assert frame.place is not None
    assert frame.place.path == "src/sentiment-analyzer.ts"
    lines = (SENTIMENT / frame.place.path).read_text().splitlines()
    assert "new TypeError('the input has no text')" in lines[(frame.place.line or 0) - 1]


def test_a_crash_names_functions_and_lines_those_that_were_inlined_too(load: Load) -> None:
    assert stack(crash(load, LINES)) == ["inner (lines.c:8:21)", "outer (lines.c:12:5)"]


def test_instructions_that_are_counted_move_no_line(load: Load) -> None:
    with pytest.raises(pocket.PluginCrashed) as caught:
        load(LINES, permissions={"fuel": 1_000_000}).call("main", None)
    assert stack(caught.value) == ["inner (lines.c:8:21)", "outer (lines.c:12:5)"]


def test_a_crash_without_debug_information_names_functions(load: Load) -> None:
    assert stack(crash(load, with_debug_sections(LINES, b"", "m"))) == ["outer"]


def test_a_crash_without_names_numbers_functions(load: Load) -> None:
    assert stack(crash(load, split_module(LINES, "m").core)) == ["function 0", "function 2"]


def test_lines_of_a_package_without_names_are_of_numbered_functions() -> None:
    module = split_module(LINES, "m")
    assert module.symbols is not None
    lines = condense(module.symbols, "/plugin", "m")
    packed = split_module(module.core + lines, "m")
    assert list(map(str, Trace(((0, 107), (2, 126)), packed).find())) == [
        "inner (lines.c:8:21)",
        "function 0 (lines.c:12:5)",
        "function 2 (lines.c:20:5)",
    ]


def test_a_map_of_a_module_s_bytes_names_lines_and_none_for_a_byte_that_is_not_known() -> None:
    source_map = {
        "version": 3, "sources": ["assembly/plugin.ts"], "names": [], "mappings": "AAAA,gBAEE"
    }  # fmt: skip
    section = custom_section("pocket.sourcemap", json.dumps(source_map).encode())
    module = split_module(split_module(LINES, "m").core + section, "m")
    stands = ((4, 3), (5, 16), (6, 99), (7, 0xFFFF_FFFF))
    assert list(map(str, Trace(stands, module).find())) == [
        "function 4 (assembly/plugin.ts:1:1)",
        "function 5 (assembly/plugin.ts:3:3)",
        "function 6 (assembly/plugin.ts:3:3)",
    ]


def test_the_functions_of_an_engine_are_not_shown_for_its_script() -> None:
    assert Trace(((1, 100),), split_module(LINES + source_section(b"x"), "m")).find() == ()


def test_debug_information_changes_nothing_of_what_runs() -> None:
    with_it, without = (
        split_module(LINES, "m"),
        split_module(with_debug_sections(LINES, b"", "m"), "m"),
    )
    assert (with_it.core, with_it.core_hash) == (without.core, without.core_hash)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("unreachable", "unreachable"),
        ("(drop (i32.load (i32.const -1)))", "out of bounds memory access"),
        ("(drop (i32.div_s (i32.const 1) (i32.const 0)))", "integer divide by zero"),
        ("(call_indirect (i32.const 7))", "out of bounds table access"),
        ("(call $exit (i32.const 3))", "the plugin left by proc_exit\\(3\\)"),
    ],
)
def test_every_kind_of_trap_has_a_stack(load: Load, body: str, said: str) -> None:
    wasm = wasmtime.wat2wasm(f"""(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 2) (table 1 funcref)
      (func $of_mine {body})
      (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 1024))
      (func (export "__pocket_call") (param i32 i32) (result i64) (call $of_mine) (i64.const 0)))""")
    with pytest.raises(pocket.PluginCrashed, match=said) as caught:
        load(bytes(wasm)).call("main", None)
    assert stack(caught.value)[0] == "of_mine"


def test_nothing_is_read_unless_somebody_asks(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(role: str) -> process.Process:
        raise AssertionError(role)

    monkeypatch.setattr(symboliser, "Process", refuse)
    crash(load, LINES)


@pytest.mark.parametrize(
    "does", ["exit 1", "exec sleep 60", "head -c 100 /dev/zero; exec sleep 60"]
)
def test_a_symboliser_that_fails_does_not_hide_the_crash(
    load: Load, does: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = crash(load, LINES)
    program = tmp_path / "symboliser"
    program.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin; {does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(process, "find_worker", lambda: str(program))
    monkeypatch.setattr(symboliser, "SYMBOLISE_TIMEOUT_S", 0.3)
    begun = time.monotonic()
    assert stack(error) == ["function 0", "function 2"]
    assert time.monotonic() - begun < 5


def test_a_stack_is_there_when_the_host_is_gone(load: Load, host: pocket.Host) -> None:
    error = crash(load, LINES)
    host.close()
    assert stack(error)[0] == "inner (lines.c:8:21)"
