"""What a bench measures, and that its figures are of one piece."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Load

from bench.conftest import CALLS
from pocket import Host, PluginCrashed
from pocket.bench.cases import Case
from pocket.bench.figure import KINDS, STEPS, Figure
from pocket.bench.measure import Bench, Measured
from pocket.bench.report import Report
from pocket.bench.system_calls import NotCounted, count_system_calls
from pocket.supervisor.timed import TimedWorker

Made = tuple[Measured, Report, list[str]]


def test_every_figure_is_there_or_says_why_not(made: Made) -> None:
    measured, _, shown = made
    assert set(measured.figures) | set(measured.missing) == set(KINDS)
    assert all(figure.low <= figure.value <= figure.high for figure in measured.figures.values())
    assert sum(len(each.samples_ns) for each in measured.rounds) == CALLS
    assert "calling, round 20 of 20" in shown


def test_the_steps_add_up_to_the_whole_call(made: Made) -> None:
    figures = made[0].figures
    assert sum(figures[name].value for name in STEPS) == pytest.approx(figures["whole"].value)
    assert all(figures[name].value > 0 for name in ("encode", "exchange", "decode", "remainder"))


def test_the_time_of_the_guest_is_found_with_the_guest(load: Load) -> None:
    """A plugin that computes for milliseconds has them in `guest`, and not in the exchange."""
    plugin = load("fill_once", permissions={"memory": "64MB", "cpu": "5s", "timeout": "10s"})
    with TimedWorker(plugin, "main") as worker:
        steps = worker.call(None)
        assert steps.guest_ns > steps.encode_ns + steps.decode_ns
        assert 0 <= steps.exchange_ns - steps.guest_ns < steps.exchange_ns


def test_a_plugin_that_crashes_ends_the_bench(load: Load) -> None:
    case = Case("main", "--input", {}, None)
    with pytest.raises(PluginCrashed):
        Bench(load("trap"), case, str).run(calls=1)


def test_one_call_is_enough(load: Load) -> None:
    measured = Bench(load("echo"), Case("main", "--input", {}, 1), str).run(calls=1)
    assert len(measured.rounds) == 1
    assert "after_reply" in measured.missing


def test_a_missing_strace_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotCounted, match="strace is not installed"):
        count_system_calls(1, lambda: None)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_system_calls_are_counted_by_name(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = load("random")
    plugin.call("main", 1)
    assert plugin.pid is not None
    counted = count_system_calls(
        plugin.pid, lambda: [plugin.call("main", 1) for _ in range(50)] and None
    )
    assert counted["getrandom"] == 50
    monkeypatch.setattr("pocket.bench.system_calls.count_events", lambda *_: {})
    by_strace = count_system_calls(
        plugin.pid, lambda: [plugin.call("main", 1) for _ in range(50)] and None
    )
    assert by_strace["getrandom"] == 50
    with pytest.raises(NotCounted, match="No such process"):
        count_system_calls(2**22 + 1, lambda: None)


def test_a_bench_leaves_no_process(host: Host, load: Load) -> None:
    plugin = load("echo")
    Bench(plugin, Case("main", "--input", {}, 1), str).run(calls=5)
    children = Path("/proc/self/task").glob("*/children")
    assert [pid for file in children for pid in file.read_text().split()] == [str(plugin.pid)]


def test_a_figure_holds_its_value_within_its_range() -> None:
    assert Figure.of([1.0, 2.0, 3.0, 4.0, 5.0]) == Figure(3.0, 2.0, 4.0)
    assert Figure.of([1.0, 1.0, 1.0, 9.0], 3.0) == Figure(3.0, 1.0, 9.0)
    assert Figure.of([7.0]) == Figure(7.0, 7.0, 7.0)
