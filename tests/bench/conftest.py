"""A report of a small bench, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from pocket import Host
from pocket.bench.cases import Case
from pocket.bench.figure import Figure
from pocket.bench.measure import Bench, Measured
from pocket.bench.report import Report

CALLS = 200


@pytest.fixture(scope="session")
def made(
    shared_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Measured, Report, list[str]]:
    """What a bench of the plugin `echo` found, its report, and what it said meanwhile."""
    folder = plugin_folder(tmp_path_factory.mktemp("bench"), "guest", wasm=guest("echo"))
    shown: list[str] = []
    with Host(home=shared_home) as host:
        plugin = host.load(folder)
        case = Case("main", "--input", {}, {"text": "hello"})
        measured = Bench(plugin, case, shown.append).run(calls=CALLS)
        return measured, Report.of(plugin, case, measured), shown


@pytest.fixture
def report(made: tuple[Measured, Report, list[str]]) -> Report:
    """With narrow bounds, however busy the machine was."""
    figures = {
        name: Figure(figure.value, figure.value * 0.99, figure.value * 1.01)
        for name, figure in made[1].figures.items()
    }
    return replace(made[1], figures=figures)


@pytest.fixture
def changed(report: Report) -> Callable[..., Report]:
    """The report with other figures: each factor by the name of a figure."""

    def changed(**factors: float) -> Report:
        figures = dict(report.figures)
        for name, factor in factors.items():
            old = figures[name]
            figures[name] = Figure(old.value * factor, old.low * factor, old.high * factor)
        return replace(report, figures=figures)

    return changed
