"""What a bench found, as the JSON that one run writes and a later one compares itself with."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import log10
from pathlib import Path
from typing import Any, Final, Self

import orjson

from pocket.bench.cases import Case
from pocket.bench.figure import KINDS, Figure, quantile
from pocket.bench.measure import Measured, Round
from pocket.document import JSON
from pocket.errors import InvalidInput
from pocket.supervisor.artifacts import ENGINE
from pocket.supervisor.plugin import Plugin
from pocket.version import VERSION

FORMAT: Final = 1
"""Version of the JSON; docs/bench.md has the table of what changed."""
_BARS: Final = 60
_SCHEMA: Final = Path(__file__).parent / "report.schema.json"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram of latencies: calls that took from `low_us` to less than `high_us`.

    The first bar has all that were quicker, the last all that were slower.
    """

    low_us: float
    high_us: float
    calls: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One round in the time series."""

    at_s: float
    p50_us: float
    p90_us: float
    max_us: float


@dataclass(frozen=True, slots=True)
class Report:
    """One run of `pocket bench`.

    Attributes:
        about: of what and where: plugin, machine and versions, by name.
        calls: how many were made one after another.
        figures: by name of `figure.KINDS`.
        missing: why a figure could not be had, by its name.
        system_calls: of the worker for one call, by name.
    """

    when: str
    about: Mapping[str, Mapping[str, JSON]]
    calls: int
    figures: Mapping[str, Figure]
    missing: Mapping[str, str]
    system_calls: Mapping[str, float]
    histogram: tuple[Bar, ...]
    series: tuple[Moment, ...]

    @classmethod
    def of(cls, plugin: Plugin, case: Case, found: Measured) -> Self:
        """Make the report of a bench that has just ended."""
        samples = list(chain.from_iterable(each.samples_ns for each in found.rounds))
        return cls(
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            {"plugin": _about_plugin(plugin, case), "machine": machine(), "versions": _versions()},
            len(samples),
            {name: found.figures[name] for name in KINDS if name in found.figures},
            found.missing,
            dict(sorted(found.system_calls.items(), key=lambda item: -item[1])),
            histogram(samples),
            tuple(_moment(each) for each in found.rounds),
        )

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `to_json` gave.

        Raises:
            InvalidInput: the file cannot be read, or is no report of this version.
        """
        import jsonschema

        try:
            data: Any = orjson.loads(file.read_bytes())
        except OSError as error:
            raise InvalidInput(f"{file}: {error.strerror}") from None
        except orjson.JSONDecodeError as error:
            raise InvalidInput(
                f"{file}:{error.lineno}:{error.colno}: {error.msg}", hint=_MAKE_ONE
            ) from None
        try:
            jsonschema.validate(data, report_schema())
        except jsonschema.ValidationError as error:
            raise InvalidInput(
                f"{file}: {error.json_path}: {error.message:.200}", hint=_MAKE_ONE
            ) from None
        return cls(
            data["when"],
            {name: data[name] for name in ("plugin", "machine", "versions")},
            data["calls"],
            {
                name: Figure(each["value"], each["low"], each["high"])
                for name, each in data["figures"].items()
            },
            data["missing"],
            data["system_calls"],
            tuple(Bar(**bar) for bar in data["histogram"]),
            tuple(Moment(**moment) for moment in data["series"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Give everything; report.schema.json describes it."""
        return {
            "format": FORMAT,
            "when": self.when,
            **self.about,
            "calls": self.calls,
            "figures": {
                name: {
                    "value": figure.value,
                    "low": figure.low,
                    "high": figure.high,
                    "unit": KINDS[name].unit,
                }
                for name, figure in self.figures.items()
            },
            "missing": dict(self.missing),
            "system_calls": dict(self.system_calls),
            "histogram": [
                {"low_us": bar.low_us, "high_us": bar.high_us, "calls": bar.calls}
                for bar in self.histogram
            ],
            "series": [
                {"at_s": at.at_s, "p50_us": at.p50_us, "p90_us": at.p90_us, "max_us": at.max_us}
                for at in self.series
            ],
        }


_MAKE_ONE: Final = "make one with pocket bench PLUGIN --output json"


@cache
def report_schema() -> dict[str, Any]:
    """Give the JSON Schema of a report."""
    schema: dict[str, Any] = orjson.loads(_SCHEMA.read_bytes())
    return schema


def _about_plugin(plugin: Plugin, case: Case) -> dict[str, JSON]:
    return {
        "name": plugin.name,
        "version": plugin.manifest.version,
        "state": plugin.manifest.state,
        "node": case.node,
        "case": case.name,
        "input_bytes": len(orjson.dumps(case.input)),
    }


def machine() -> dict[str, JSON]:
    """Say what the numbers were measured on, and how busy it was."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "?")
    return {
        "cpu": model,
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "load": round(os.getloadavg()[0], 2),
    }


def _versions() -> dict[str, JSON]:
    return {"pocket": VERSION, "engine": ENGINE, "python": platform.python_version()}


def _moment(each: Round) -> Moment:
    p50, p90, most = (quantile(each.samples_ns, share) / 1000 for share in (0.5, 0.9, 1.0))
    return Moment(round(each.ended_s, 4), p50, p90, most)


def histogram(samples_ns: Sequence[int]) -> tuple[Bar, ...]:
    """Count calls by time, in bars that are equally wide on a logarithmic scale."""
    low = quantile(samples_ns, 0.0) / 1000
    high = max(quantile(samples_ns, 0.995) / 1000, low * 1.2)
    factor = (high / low) ** (1 / _BARS)
    counts = [0] * _BARS
    for sample in samples_ns:
        place = int(log10(sample / 1000 / low) / log10(factor))
        counts[min(max(place, 0), _BARS - 1)] += 1
    return tuple(
        Bar(low * factor**index, low * factor ** (index + 1), count)
        for index, count in enumerate(counts)
    )
