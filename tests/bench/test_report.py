"""The report: as JSON and back, as a page, and beside an earlier one."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from pocket import InvalidInput
from pocket.bench.compare import Verdict, compare, differences, too_dear
from pocket.bench.figure import KINDS
from pocket.bench.page import page
from pocket.bench.report import Report, histogram, report_schema

Changed = Callable[..., Report]


def written(report: Report, folder: Path) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(report.to_json()))
    return file


def test_json_there_and_back_is_the_same_report(report: Report, tmp_path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())
    assert Report.read(written(report, tmp_path)) == report


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", r"report\.json:1:2: "),
        ("{}", "'format' is a required property"),
        ('{"format": 2}', r"report\.json: \$"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(InvalidInput, match=said) as caught:
        Report.read(tmp_path / "report.json")
    assert caught.value.hint
    assert "pocket bench" in caught.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no\.json: No such file"):
        Report.read(tmp_path / "no.json")


def test_what_did_not_change_is_the_same(report: Report) -> None:
    changes = compare(report, report)
    assert {change.verdict for change in changes} == {Verdict.SAME}
    assert not too_dear(changes, 1.0)
    assert differences(report, report) == ()


def test_slower_is_worse_and_fewer_calls_a_second_are_worse(
    report: Report, changed: Changed
) -> None:
    found = {
        change.name: change
        for change in compare(report, changed(latency_p50=50, call_rate=0.01, cold_start=0.001))
    }
    assert found["latency_p50"].verdict is Verdict.WORSE
    assert found["latency_p50"].cost == pytest.approx(50)
    assert found["call_rate"].verdict is Verdict.WORSE
    assert found["call_rate"].cost == pytest.approx(100)
    assert found["cold_start"].verdict is Verdict.BETTER


def test_a_change_within_the_noise_is_none(report: Report, changed: Changed) -> None:
    noisy = replace(report.figures["latency_p50"], low=1.0, high=1e9)
    before = replace(report, figures={**report.figures, "latency_p50": noisy})
    change = compare(before, changed(latency_p50=50))[0]
    assert (change.name, change.verdict) == ("latency_p50", Verdict.SAME)
    assert not too_dear([change], 1.2)


def test_only_what_was_asked_for_fails(report: Report, changed: Changed) -> None:
    changes = compare(report, changed(memory_private=1.5, latency_max=1000, remainder=1000))
    assert [change.name for change in too_dear(changes, 1.2)] == ["memory_private"]
    assert too_dear(changes, 1.6) == ()


def test_another_machine_is_told(report: Report) -> None:
    about = {**report.about, "machine": {**report.about["machine"], "cpus": 64}}
    cpus = report.about["machine"]["cpus"]
    assert differences(report, replace(report, about=about)) == (
        f"machine.cpus: {cpus} before, 64 now",
    )


def test_the_page_holds_all_it_needs(report: Report, changed: Changed) -> None:
    text = page(report, compare(report, changed(latency_p50=50)))
    assert not re.search(r"(?:src|href|url)\s*[=(]", text)
    assert "<script" not in text
    for name in report.figures:
        assert KINDS[name].title in text
    assert 'class="number worse">worse<' in text


def test_every_plot_is_well_formed_and_stays_in_its_frame(report: Report) -> None:
    plots = re.findall(r"<svg.*?</svg>", page(report), re.DOTALL)
    assert len(plots) == 3
    for plot in plots:
        root = ET.fromstring(plot)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        for shape in root.iter("{http://www.w3.org/2000/svg}rect"):
            left, top = float(shape.attrib["x"]), float(shape.attrib["y"])
            assert 0 <= left <= left + float(shape.attrib["width"]) <= width
            assert 0 <= top <= top + float(shape.attrib["height"]) <= height
        for mark in root.iter("{http://www.w3.org/2000/svg}circle"):
            assert 0 <= float(mark.attrib["cx"]) <= width
            assert 0 <= float(mark.attrib["cy"]) <= height


def test_a_name_cannot_become_markup(report: Report) -> None:
    plugin = {**report.about["plugin"], "case": "<img onerror=alert(1)>"}
    text = page(replace(report, about={**report.about, "plugin": plugin}))
    assert "<img" not in text


def test_the_histogram_has_every_call_in_one_bar() -> None:
    samples = [1000, 1000, 1500, 2000, 50_000_000, *[3000] * 995]
    bars = histogram(samples)
    assert sum(bar.calls for bar in bars) == len(samples)
    assert bars[0].calls == 2
    assert bars[-1].calls >= 1
    assert sum(bar.calls for bar in histogram([700] * 5)) == 5
