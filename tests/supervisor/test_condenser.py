"""Cutting debug information down: nothing is packed that could not be read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

import pocket
from pocket.plugin.module import Symbols, custom_section, split_module, with_debug_sections
from pocket.supervisor import condenser, process
from pocket.supervisor.channel import CONDENSED, encode_frame
from pocket.supervisor.condenser import condense

LINES = (Path(__file__).parents[1] / "vectors" / "lines.wasm").read_bytes()


def symbols() -> Symbols:
    found = split_module(LINES, "lines.wasm").symbols
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("exit 1", "m.wasm: whatever reads its debug information ended with exit status 1"),
        ("exec sleep 60", "m.wasm: its debug information takes over 0.3 s to read"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_what_to_do(
    does: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, f"{does}\n")
    monkeypatch.setattr(condenser, "CONDENSE_TIMEOUT_S", 0.3)
    with pytest.raises(pocket.InvalidModule, match=said) as caught:
        condense(symbols(), "/plugin", "m.wasm")
    assert "-gline-tables-only" in (caught.value.hint or "")


def test_a_process_that_was_taken_over_puts_nothing_into_a_package_but_debug_information(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for smuggled in (custom_section("pocket.source", b"evil"), b"\x0a\x01\x00"):
        answer = tmp_path / "answer"
        answer.write_bytes(encode_frame([CONDENSED, 0, smuggled]))
        stand_in(tmp_path, monkeypatch, f"cat {answer}; exec sleep 60\n")
        with pytest.raises(pocket.InvalidModule, match="none"):
            with_debug_sections(LINES, condense(symbols(), "/plugin", "m.wasm"), "m.wasm")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    program = folder / "stand-in"
    program.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin; {does}")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(process, "find_worker", lambda: str(program))
