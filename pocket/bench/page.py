"""A report as one HTML file, which needs nothing else to be opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from pocket.bench import svg
from pocket.bench.compare import Change
from pocket.bench.figure import KINDS, STEPS
from pocket.bench.report import Report
from pocket.bench.words import amount, spread

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #212529; --faint: #868e96; --ground: #fff;
  --line: #dee2e6; --accent: #0b7285; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9ecef; --faint: #adb5bd; --ground: #16191d;
  --line: #343a40; --accent: #3bc9db; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground);
  max-width: 760px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin-top: 2rem; }
p { color: var(--faint); } table { border-collapse: collapse; width: 100%; }
td, th { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--faint); }
.grid { stroke: var(--line); } .bar, .step1 { fill: var(--accent); }
.step0 { fill: #f59f00; } .step2 { fill: #37b24d; } .step3 { fill: #ae3ec9; }
.step4 { fill: #868e96; } polyline { fill: none; stroke-width: 1.5; }
polyline.p50 { stroke: var(--accent); } circle.p50 { fill: var(--accent); }
polyline.p90 { stroke: #f59f00; } circle.p90 { fill: #f59f00; }
polyline.max { stroke: #fa5252; stroke-dasharray: 2 3; } circle.max { fill: #fa5252; }
.worse { color: #e03131; } .better { color: #2f9e44; }
"""


def page(report: Report, changes: Sequence[Change] = ()) -> str:
    """Give the file's text."""
    plugin, machine, versions = (report.about[key] for key in ("plugin", "machine", "versions"))
    title = f"{plugin['name']} {plugin['version']}: {plugin['node']}"
    where = (
        f"{machine['cpu']}, {machine['cpus']} CPUs, load {machine['load']}; {machine['system']}; "
        f"Pocket {versions['pocket']}, {versions['engine']}, Python {versions['python']}"
    )
    what = (
        f"{report.calls:,} calls one after another with {plugin['case']}, "
        f"{plugin['input_bytes']} bytes; state {plugin['state']}; {report.when}"
    )
    steps = {name: report.figures[name] for name in STEPS}
    whole = amount(report.figures["whole"].value, "us")
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(what)}<br>{escape(where)}</p>",
        "<h2>Latency</h2>",
        svg.latencies(report.histogram),
        f"<h2>Where the time of a call goes: {whole}</h2>",
        svg.breakdown(steps),
        "<h2>From round to round</h2>",
        svg.series(report.series),
        *([] if not changes else ["<h2>Against the earlier report</h2>", _changes(changes)]),
        "<h2>All figures</h2>",
        _figures(report),
    ]
    if report.system_calls:
        rows = [(name, f"{count:.2f}") for name, count in report.system_calls.items()]
        parts += ["<h2>System calls of the worker, a call</h2>", _table(("", "calls"), rows)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _figures(report: Report) -> str:
    rows = []
    for name, kind in KINDS.items():
        figure = report.figures.get(name)
        if figure is not None:
            rows.append((kind.title, amount(figure.value, kind.unit), spread(name, figure)))
        elif name in report.missing:
            rows.append((kind.title, "missing", report.missing[name]))
    return _table(("", "value", "middle half of the rounds"), rows)


def _changes(changes: Sequence[Change]) -> str:
    rows = []
    for change in changes:
        kind = KINDS[change.name]
        ratio = "" if change.ratio is None else f"{change.ratio:.2f}"
        before, now = amount(change.before, kind.unit), amount(change.now, kind.unit)
        rows.append((kind.title, before, now, ratio, change.verdict.value))
    return _table(("", "before", "now", "ratio", ""), rows)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heading)
    lines = [
        f"<tr><td>{escape(row[0])}</td>"
        + "".join(
            f'<td class="number {escape(cell) if cell in _VERDICTS else ""}">{escape(cell)}</td>'
            for cell in row[1:]
        )
        + "</tr>"
        for row in rows
    ]
    return f"<table>\n<tr>{head}</tr>\n" + "\n".join(lines) + "\n</table>"


_VERDICTS: Final = ("better", "worse")
