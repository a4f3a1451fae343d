"""One number of a report, with how far it varied while it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """What a figure is.

    Attributes:
        unit: of its values: `us`, `ms`, `bytes`, `calls/s` or `per call`.
        title: what a person reads.
        more_is_better: as for calls a second.
        gated: whether `--fail-over` looks at it; what one odd moment can move is left out.
    """

    unit: str
    title: str
    more_is_better: bool = False
    gated: bool = True


KINDS: Final = {
    "latency_p50": Kind("us", "latency, p50"),
    "latency_p90": Kind("us", "latency, p90"),
    "latency_p99": Kind("us", "latency, p99"),
    "latency_max": Kind("us", "latency, max", gated=False),
    "call_rate": Kind("calls/s", "calls one after another", more_is_better=True),
    "map_rate": Kind("calls/s", "calls by map", more_is_better=True),
    "cold_start": Kind("ms", "cold start: spawn to first result"),
    "encode": Kind("us", "encode", gated=False),
    "exchange": Kind("us", "exchange and wake", gated=False),
    "guest": Kind("us", "guest", gated=False),
    "decode": Kind("us", "decode", gated=False),
    "remainder": Kind("us", "remainder", gated=False),
    "whole": Kind("us", "whole call", gated=False),
    "after_reply": Kind("us", "after the reply: reset, next request", gated=False),
    "host_cpu": Kind("us", "CPU of the host, a call"),
    "worker_cpu": Kind("us", "CPU of the worker, a call"),
    "memory_private": Kind("bytes", "private memory, idle"),
    "memory_peak": Kind("bytes", "resident memory, peak"),
    "memory_linear": Kind("bytes", "linear memory"),
    "page_faults": Kind("per call", "page faults of the worker"),
    "worker_switches": Kind("per call", "context switches of the worker", gated=False),
    "host_switches": Kind("per call", "context switches of the host", gated=False),
    "system_calls": Kind("per call", "system calls of the worker"),
}
"""Every figure that a report may have, in the order in which it is shown."""

STEPS: Final = ("encode", "exchange", "guest", "decode", "remainder")
"""The figures that together are `whole`."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, and the range in which the middle half of its repetitions lay."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, repetitions: Sequence[float], value: float | None = None) -> Figure:
        """Make a figure of what several repetitions gave; its value is their median if left out."""
        low, high = quantile(repetitions, 0.25), quantile(repetitions, 0.75)
        middle = median(repetitions) if value is None else value
        return cls(middle, min(low, middle), max(high, middle))


def quantile(samples: Sequence[float], share: float) -> float:
    """Give the sample below which `share` of all lie."""
    ordered = sorted(samples)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
