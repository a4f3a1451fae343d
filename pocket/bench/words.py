"""Figures as people read them."""

from __future__ import annotations

from pocket.bench.figure import KINDS, Figure
from pocket.units import format_bytes


def amount(value: float, unit: str) -> str:
    """Give a value with its unit."""
    if unit == "bytes":
        return format_bytes(round(value))
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    number = f"{value:,.{digits}f}"
    return number if unit == "per call" else f"{number} {unit}"


def spread(name: str, figure: Figure) -> str:
    """Give the range of a figure's rounds; nothing where there was one round or no difference."""
    unit = KINDS[name].unit
    low, high = amount(figure.low, unit), amount(figure.high, unit)
    return "" if low == high else f"{low} to {high}"
