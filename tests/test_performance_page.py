"""The numbers in the docs are those of the kept result, and of no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "scripts" / "performance_tables.py"
LATEST = ROOT / "benchmarks" / "results" / "latest"


def test_the_tables_in_the_docs_are_those_of_the_kept_result() -> None:
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_kept_result_is_small_and_says_where_it_is_from() -> None:
    result = json.loads((LATEST / "result.json").read_text())
    assert {"cpu", "cpus", "system", "python", "pocket", "when", "load"} <= set(result["machine"])
    assert sum(file.stat().st_size for file in LATEST.iterdir()) < 1 << 20


def test_every_plot_of_the_page_is_kept() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    for plot in LATEST.glob("*.svg"):
        assert f"../benchmarks/results/latest/{plot.name}" in page
    assert page.count(".svg)") == len(list(LATEST.glob("*.svg")))
