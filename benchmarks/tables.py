"""Results as Markdown. They hold quantiles in the place of samples (`results_file.summary`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sections import ALL


def whole(found: dict[str, Any], depth: int = 2) -> str:
    """Give all tables, below headings of a depth."""
    lines = [where(found["machine"]), "", "## A call: statistics of eight numbers", ""]
    lines += _calls(found["latency"])
    for section in ALL:
        if section.NAME in found:
            lines += ["", *section.table(found[section.NAME])]
    text = "\n".join(lines) + "\n"
    return text.replace("\n## ", f"\n{'#' * depth} ")


def short(found: dict[str, Any]) -> str:
    """Give the one table of the first page: each peer's p50, and its ratio to Pocket."""
    latency = found["latency"]
    samples = latency["samples_us"]
    base = samples["Pocket"]["p50"]
    lines = [
        "| one call of the same work, from Python and back | p50 us | against Pocket |",
        "|---|---|---|",
        *(
            f"| {name} | {taken['p50']:,.1f} | {taken['p50'] / base:,.2f} |"
            for name, taken in _quickest_first(samples)
        ),
        *(f"| {name} | missing: {why} | |" for name, why in latency["missing"].items()),
    ]
    return "\n".join([*lines, "", where(found["machine"])]) + "\n"


def where(spec: dict[str, Any]) -> str:
    """Say in a line what was measured where and when."""
    return (
        f"Measured by `make bench` on {spec['when']}: {spec['cpu']}, {spec['cpus']} CPUs, "
        f"{spec['system']}, Python {spec['python']}, Pocket {spec['pocket']}; "
        f"load before the run {spec['load']:.1f}."
    )


def _calls(found: dict[str, Any]) -> Sequence[str]:
    """Give the lines of the table of all peers."""
    samples, how, missing = found["samples_us"], found["how"], found["missing"]
    base = samples["Pocket"]["p50"]
    lines = [
        "| | p50 us | p90 us | p99 us | max us | p50 against Pocket | how |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, taken in _quickest_first(samples):
        cells = [f"{taken[share]:,.1f}" for share in ("p50", "p90", "p99", "max")]
        ratio = f"{taken['p50'] / base:,.2f}"
        lines.append(f"| {name} | {' | '.join(cells)} | {ratio} | {how[name]} |")
    return [
        *lines,
        *(f"| {name} | missing: {why} | | | | | {how[name]} |" for name, why in missing.items()),
    ]


def _quickest_first(samples: dict[str, dict[str, float]]) -> list[tuple[str, dict[str, float]]]:
    return sorted(samples.items(), key=lambda item: item[1]["p50"])
