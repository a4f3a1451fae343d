"""Compile: modules that are made to hurt whoever reads or compiles them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from guests.build import guest

import pocket
from abuse import modules
from abuse.siege import Siege
from pocket.plugin.module import split_module
from pocket.supervisor.compiler import compile_module

COMPILE_S = 12.0
"""Instead of the two minutes that a plugin has, so that a row that needs them is over sooner."""


@pytest.fixture(autouse=True)
def short_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocket.supervisor.compiler.COMPILE_TIMEOUT_S", COMPILE_S)


Make = Callable[[], bytes]

# Whether a module of this kind is compiled in time or refused is the compiler's business.
LARGE: dict[str, Make] = {
    "20,000 empty loops": lambda: modules.empty_loops(20_000),
    "a block chain 100,000 deep": lambda: modules.block_chain(100_000),
    "an if chain 20,000 deep": lambda: modules.if_chain(20_000),
    "a function of 7 MB": lambda: modules.giant_function(7_000_000),
    "a sum of 100,000 terms": lambda: modules.giant_expression(100_000),
    "a branch table of 1,000,000": lambda: modules.branch_table(1_000_000),
    "10,000,000 elements in a table of one": lambda: modules.many_elements(10_000_000),
    "50,000 functions": lambda: modules.functions(50_000),
    "50,000 locals, 100 times": lambda: modules.locals_declared([(50_000, 0x7F)], 100),
    "20,000 locals in use": lambda: modules.locals_used(20_000),
    "10,000 exports with names of 1,000": lambda: modules.exports_with_long_names(10_000, 1000),
    "1,000,000 types": lambda: modules.many_types(1_000_000),
    "100,000 globals": lambda: modules.many_globals(100_000),
    "100,000 data segments": lambda: modules.many_segments(100_000),
}


@pytest.mark.parametrize("make", LARGE.values(), ids=LARGE)
def test_large(siege: Siege, make: Make) -> None:
    wasm = make()
    folder = siege.folder(wasm)

    def attack() -> None:
        siege.host.load(folder).close()

    siege.fails_or_passes(attack, pocket.InvalidModule, pocket.CallError, within_s=COMPILE_S + 6)


REFUSED: dict[str, Make] = {
    "2,000,000 functions": lambda: modules.functions(2_000_000),
    "2^32-1 locals": lambda: modules.locals_declared([(0xFFFF_FFFF, 0x7F)]),
    "50,001 locals in many runs": lambda: modules.locals_declared([(1, 0x7F)] * 50_001),
    "a function of 8 MB": lambda: modules.giant_function(8_000_000),
    "20,000,000 custom sections": lambda: modules.custom_sections(20_000_000),
    "10,000,000 exports": lambda: modules.unnamed_exports(10_000_000),
    "8,000,000 exports in 80 sections": lambda: modules.export_sections(80),
    "1,000 data sections": lambda: modules.same_sections(1000),
    "100,000 unknown imports": lambda: modules.unknown_imports(100_000, 16),
    "an import with a name of 1 MB": lambda: modules.unknown_imports(1, 1_000_000),
    "a type of 100,000 parameters": lambda: modules.long_type(100_000),
    "2^32-1 types announced": lambda: modules.counted(1),
    "2^32-1 functions announced": lambda: modules.counted(3),
    "2^32-1 bodies announced": lambda: modules.counted(10),
    "2^32-1 segments announced": lambda: modules.counted(11),
    "no byte": lambda: b"",
    "not wasm at all": lambda: b"#!/bin/sh\nrm -rf /\n" * 1000,
    "a component": lambda: b"\0asm\x0d\0\1\0",
    "60 MB of zeros": lambda: b"\0" * (60 << 20),
    "60 MB of zeros after a head": lambda: modules.HEAD + b"\0" * (60 << 20),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_refused(siege: Siege, make: Make) -> None:
    folder = siege.folder(make())
    siege.fails(lambda: siege.host.load(folder), pocket.InvalidModule, pocket.InvalidPackage)


def _outcomes(wasms: Iterable[bytes]) -> Counter[str]:
    """Compile each; anything but an artifact or InvalidModule is raised."""
    outcomes: Counter[str] = Counter()
    for wasm in wasms:
        try:
            compile_module(split_module(wasm, "damaged"), "damaged", metered=False)
            outcomes["compiled"] += 1
        except pocket.InvalidModule:
            outcomes["InvalidModule"] += 1
    return outcomes


def test_cut_off_at_every_section(siege: Siege) -> None:
    wasm = split_module(guest("table_grow"), "").core
    cut = [*modules.truncated(wasm), *modules.truncated_inside(wasm)]
    siege.answers(lambda: _outcomes(cut)["InvalidModule"], len(cut), by="module reader, compiler")


@pytest.mark.parametrize(
    "count",
    [
        pytest.param(100, id="100 modules with flipped bits"),
        pytest.param(2000, id="2,000 modules with flipped bits", marks=pytest.mark.slow),
    ],
)
def test_flipped_bits(siege: Siege, count: int) -> None:
    siege.answers(
        lambda: _outcomes(modules.bit_flips(count, seed=count)).total(),
        count,
        by="compiler: refused or compiled",
        within_s=100,
    )
