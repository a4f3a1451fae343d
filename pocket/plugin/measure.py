"""The permissions that are an amount: how a manifest or policy writes each, and its range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pocket.plugin import permissions as bounds
from pocket.units import format_bytes, format_duration, parse_bytes, parse_duration


@dataclass(frozen=True, slots=True)
class Measure:
    """One amount.

    Attributes:
        name: its key in `permissions` and in the policy's `limits`.
        field: its attribute of `Permissions`.
        write: gives the text of a value.
    """

    name: str
    field: str
    low: float
    high: float
    parse: Callable[[str], float]
    write: Callable[[Any], str]

    def read(self, text: str) -> float:
        """Give the value of a text.

        Raises:
            ValueError: it is none, or out of range; what to do stands after "; ".
        """
        value = self.parse(text)
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{text} is not from {self.write(self.low)} to {self.write(self.high)}"
            )
        return value


def _size(name: str, low: int, high: int) -> Measure:
    return Measure(name, f"{name}_bytes", low, high, parse_bytes, format_bytes)


def _time(name: str) -> Measure:
    low, high = bounds.MIN_TIME_S, bounds.MAX_TIME_S
    return Measure(name, f"{name}_s", low, high, parse_duration, format_duration)


MEMORY: Final = _size("memory", bounds.MIN_MEMORY_BYTES, bounds.MAX_MEMORY_BYTES)
MEASURES: Final = (
    MEMORY,
    _time("cpu"),
    _time("timeout"),
    _size("disk", bounds.MIN_DISK_BYTES, bounds.MAX_DISK_BYTES),
    _size("store", bounds.MIN_STORE_BYTES, bounds.MAX_STORE_BYTES),
)
