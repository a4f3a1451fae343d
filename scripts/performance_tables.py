"""Writes the tables of measured numbers in the docs; `--check` says whether they are stale.

python scripts/performance_tables.py                    # from benchmarks/results/latest
python scripts/performance_tables.py --take FOLDER      # make a run of `make bench` the latest
python scripts/performance_tables.py --check
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import tables

ROOT = Path(__file__).resolve().parents[1]
LATEST = ROOT / "benchmarks" / "results" / "latest"
PAGES = {"README.md": "short", "docs/performance.md": "whole"}
_BEGIN, _END = "<!-- measured: {} -->", "<!-- /measured -->"


def pages() -> dict[Path, str]:
    """Give the text of every page with its tables as the kept result has them."""
    found: dict[str, Any] = json.loads((LATEST / "result.json").read_text(encoding="utf-8"))
    blocks = {"short": tables.short(found), "whole": tables.whole(found, depth=3)}
    return {ROOT / name: _filled(ROOT / name, kind, blocks[kind]) for name, kind in PAGES.items()}


def _filled(page: Path, kind: str, block: str) -> str:
    begin = _BEGIN.format(kind)
    text = page.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(_END)}", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"{page}: wants one {begin} and one {_END} after it")
    return pattern.sub(lambda _: f"{begin}\n\n{block}\n{_END}", text)


def take(folder: Path) -> None:
    """Keep the quantiles and the plots of a run; its samples stay where they are."""
    shutil.rmtree(LATEST, ignore_errors=True)
    LATEST.mkdir(parents=True)
    for file in (folder / "result.json", *sorted(folder.glob("*.svg"))):
        shutil.copyfile(file, LATEST / file.name)


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--take", type=Path, metavar="FOLDER", help="a run to keep first")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    if options.take:
        take(options.take)
    stale = [page for page, text in pages().items() if page.read_text(encoding="utf-8") != text]
    for page in stale:
        name = page.relative_to(ROOT)
        if options.check:
            print(f"error: {name} is stale; run `python scripts/performance_tables.py`")
        else:
            page.write_text(pages()[page], encoding="utf-8")
            print(f"wrote {name}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
