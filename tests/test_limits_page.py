"""docs/limits.md says of every number why it is that."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "scripts"))

import limits_page  # noqa: E402


def test_every_limit_has_a_number_and_a_reason() -> None:
    rows = [line for line in limits_page.limits_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 60
    for row in rows:
        _, _, value, why, _ = row.split("|")
        assert re.search(r"\d", value), row
        assert len(why) > 10, row


@pytest.mark.parametrize(
    ("expression", "value"), [("64 << 20", 64 << 20), ("(64 << 20) + 4096", (64 << 20) + 4096)]
)
def test_numbers_of_rust_are_worked_out(expression: str, value: int) -> None:
    assert limits_page.number(expression) == value


def test_what_is_no_number_is_no_limit() -> None:
    with pytest.raises(SystemExit, match="no number"):
        limits_page.number("open('x')")


def test_a_limit_without_a_reason_stops_the_page() -> None:
    with pytest.raises(SystemExit, match="has no reason"):
        limits_page.row("here.py", "MAX_BYTES", 1, "")


def test_sizes_that_are_not_round_are_written_out() -> None:
    assert limits_page.written("MAX_FRAME_BYTES", (64 << 20) + 4096) == "67,112,960 bytes"
    assert limits_page.written("START_CPU_MS", 2000) == "2s"
