"""Two reports of the same call beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from pocket.bench.figure import KINDS, Figure
from pocket.bench.report import Report

_NEAR: Final = 0.01


class Verdict(StrEnum):
    """How a figure changed."""

    SAME = "same"
    """The ranges of both overlap, or the values are within a hundredth: noise."""
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure, then and now.

    Attributes:
        ratio: now by then, or None where there was nothing then.
        cost: by how much it costs more: the ratio, or its inverse where more is better.
    """

    name: str
    before: float
    now: float
    ratio: float | None
    cost: float | None
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Give it as `pocket bench --output json` shows it."""
        return asdict(self)


def compare(before: Report, now: Report) -> tuple[Change, ...]:
    """Compare all figures that both have."""
    return tuple(
        _change(name, before.figures[name], now.figures[name])
        for name in KINDS
        if name in before.figures and name in now.figures
    )


def differences(before: Report, now: Report) -> tuple[str, ...]:
    """Say what else differs between two reports, which ratios alone would hide."""
    told = (
        ("plugin", ("name", "state", "node", "case", "input_bytes")),
        ("machine", ("cpu", "cpus")),
        ("versions", ("engine", "python")),
    )
    return tuple(
        f"{part}.{key}: {before.about[part][key]} before, {now.about[part][key]} now"
        for part, keys in told
        for key in keys
        if before.about[part][key] != now.about[part][key]
    )


def too_dear(changes: Sequence[Change], most: float) -> tuple[Change, ...]:
    """Give the changes that are no noise and cost more than `most` times as much as before."""
    return tuple(
        change
        for change in changes
        if KINDS[change.name].gated
        and change.verdict is Verdict.WORSE
        and (change.cost is None or change.cost > most)
    )


def _change(name: str, before: Figure, now: Figure) -> Change:
    ratio = now.value / before.value if before.value > 0 else None
    rate = KINDS[name].more_is_better
    cost = 1 / ratio if rate and ratio else ratio
    return Change(name, before.value, now.value, ratio, cost, _verdict(before, now, rate=rate))


def _verdict(before: Figure, now: Figure, *, rate: bool) -> Verdict:
    near = abs(now.value - before.value) < _NEAR * before.value
    if near or (now.low <= before.high and before.low <= now.high):
        return Verdict.SAME
    return Verdict.BETTER if (now.value > before.value) is rate else Verdict.WORSE
