"""The table that `make abuse` prints: each row of the list, what stopped it, how long it took."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(slots=True)
class Row:
    """One attack."""

    chapter: str
    name: str
    stopped_by: str = "NOT STOPPED"
    ended_as: str = ""
    took_s: float = 0.0
    peak_mb: int = 0
    passed: bool = False


def lines(rows: list[Row]) -> list[str]:
    """Lay the table out, with its totals."""
    said = [f"{'row':<62} {'what stopped it':<38} {'ended as':<24} {'ms':>9} {'MB':>5}"]
    chapter = ""
    for row in sorted(rows, key=lambda row: row.chapter):
        if row.chapter != chapter:
            chapter = row.chapter
            said += ["", chapter]
        stopped = row.stopped_by if row.passed else f"FAILED ({row.stopped_by})"
        said.append(
            f"  {row.name:<60.60} {stopped:<38.38} {row.ended_as:<24.24} {row.took_s * 1000:>9.1f}"
            f" {row.peak_mb:>5}"
        )
    passed = sum(row.passed for row in rows)
    layers = Counter(row.stopped_by.partition(":")[0] for row in rows if row.passed)
    counts = ", ".join(f"{layer} {count}" for layer, count in layers.most_common())
    total_s = sum(row.took_s for row in rows)
    return [
        *said,
        "",
        f"{passed} of {len(rows)} attacks stopped, {len(rows) - passed} not; {total_s:.1f} s of attack",
        f"by layer: {counts}",
    ]


def write_json(rows: list[Row], file: Path) -> None:
    """Write the rows for other programs."""
    passed = sum(row.passed for row in rows)
    data = {"rows": [asdict(row) for row in rows], "total": len(rows), "stopped": passed}
    file.write_text(json.dumps(data, indent=1) + "\n")
