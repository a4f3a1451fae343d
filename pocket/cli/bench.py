"""`pocket bench`: what a plugin costs its host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pocket.cli.options import Output, complete_plugin, read_json
from pocket.cli.output import Format, emit, note, say, table
from pocket.cli.progress import Progress
from pocket.errors import CostRose, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pocket.bench.cases import Case
    from pocket.bench.compare import Change
    from pocket.bench.report import Report
    from pocket.document import JSON
    from pocket.supervisor.plugin import Plugin

_SECONDS = 3.0


def bench(
    plugin: Annotated[
        str,
        typer.Argument(
            metavar="NAME|DIR|FILE",
            help="An installed plugin, or a path.",
            autocompletion=complete_plugin,
        ),
    ],
    node: Annotated[
        str | None,
        typer.Option(metavar="TYPE", help="The node to call; needed where there are several."),
    ] = None,
    example: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The example to call it with; its first if left out."),
    ] = None,
    value: Annotated[
        str | None,
        typer.Option(
            "--input", "-i", metavar="JSON|@FILE|-", help="An input instead; - reads stdin."
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option("--config", "-c", metavar="JSON|@FILE|-", help="The node's config."),
    ] = None,
    calls: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="How many calls to make one after another."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.01, metavar="N", help="Or how long to call, about; 3 if left out."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with plots there.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An earlier --output json, to compare with."),
    ] = None,
    fail_over: Annotated[
        float | None,
        typer.Option(
            min=1.0,
            metavar="RATIO",
            help="With --compare: exit with 48 where a figure costs more than RATIO times as much.",
        ),
    ] = None,
    output: Output = Format.TEXT,
) -> None:
    """Measure what a plugin costs: latency, start, where the time goes, CPU, memory, system calls.

    It is called with an example of its metadata, or with --input. docs/bench.md says how to read
    the figures. A figure has changed only where the middle halves of both runs' rounds lie apart.

    Examples:

      pocket bench sentiment-analyzer

      pocket bench ./my-plugin --node sentiment --input @input.json --html report.html

      pocket bench sentiment-analyzer --seconds 10 --output json > before.json

      pocket bench sentiment-analyzer --compare before.json --fail-over 1.2
    """
    _check_options(example, value, calls, seconds, compare, fail_over)
    from pocket.bench.compare import compare as compare_reports
    from pocket.bench.compare import differences, too_dear
    from pocket.bench.measure import Bench
    from pocket.bench.report import Report
    from pocket.supervisor.host import Host

    before = None if compare is None else Report.read(compare)
    given_config = None if config is None else _mapping(read_json(config, "--config"))
    with Progress(wanted=output is Format.TEXT) as progress, Host() as host:
        progress.show("loading")
        loaded = host.load(plugin)
        case = _case(loaded, node, example, value, given_config)
        measured = Bench(loaded, case, progress.show).run(calls, seconds or _SECONDS)
        report = Report.of(loaded, case, measured)
    changes = () if before is None else compare_reports(before, report)
    differing = () if before is None else differences(before, report)
    if output is Format.TEXT:
        _print(report, changes)
    else:
        emit(_as_json(report, before, changes, differing), output)
    for difference in differing:
        note(f"warning: not the same: {difference}")
    if html is not None:
        _write_page(html, report, changes)
    dear = too_dear(changes, fail_over) if fail_over is not None else ()
    if dear:
        raise CostRose(
            f"plugin {loaded.name}: {', '.join(map(_in_words, dear))}",
            hint=f"--fail-over {fail_over:g} allows less; measure again on a quiet machine",
        )


def _check_options(
    example: str | None,
    value: str | None,
    calls: int | None,
    seconds: float | None,
    compare: Path | None,
    fail_over: float | None,
) -> None:
    if example is not None and value is not None:
        raise typer.BadParameter("it is not for an --input of your own", param_hint="--example")
    if calls is not None and seconds is not None:
        raise typer.BadParameter("give either it or --seconds", param_hint="--calls")
    if fail_over is not None and compare is None:
        raise typer.BadParameter("it needs --compare", param_hint="--fail-over")


def _mapping(config: JSON) -> Mapping[str, JSON]:
    if not isinstance(config, dict):
        raise InvalidInput("--config: it is no object", hint="""write it as '{"threshold": 0.2}'""")
    return config


def _case(
    plugin: Plugin,
    node: str | None,
    example: str | None,
    value: str | None,
    config: Mapping[str, JSON] | None,
) -> Case:
    from pocket.bench.cases import Case, example_case, node_of

    chosen = node_of(plugin, node)
    if value is None:
        return example_case(plugin, chosen, example, config)
    return Case(chosen, "--input", config or {}, read_json(value, "--input"))


def _write_page(file: Path, report: Report, changes: Sequence[Change]) -> None:
    from pocket.bench.page import page

    try:
        file.write_text(page(report, changes), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}") from None


def _as_json(
    report: Report, before: Report | None, changes: Sequence[Change], differing: Sequence[str]
) -> dict[str, Any]:
    found = report.to_json()
    if before is not None:
        found["comparison"] = {
            "before": before.when,
            "differences": list(differing),
            "changes": [change.to_json() for change in changes],
        }
    return found


def _print(report: Report, changes: Sequence[Change]) -> None:
    from pocket.bench.figure import KINDS, STEPS
    from pocket.bench.words import amount, spread

    plugin, machine = report.about["plugin"], report.about["machine"]
    say(
        f"{plugin['name']} {plugin['version']}, node {plugin['node']}, {plugin['case']}: "
        f"{report.calls:,} calls"
    )
    say(f"{machine['cpu']}, {machine['cpus']} CPUs, load {machine['load']}\n")
    by_name = {change.name: change for change in changes}
    whole = report.figures["whole"].value
    rows = []
    for name, kind in KINDS.items():
        figure = report.figures.get(name)
        if figure is None:
            if name in report.missing:
                rows.append((kind.title, "missing", report.missing[name], ""))
            continue
        share = f", {figure.value / whole:.0%}" if name in STEPS else ""
        title = f"  {kind.title}" if name in STEPS else kind.title
        change = by_name.get(name)
        shown = "" if change is None else _against(change)
        rows.append((title, amount(figure.value, kind.unit) + share, spread(name, figure), shown))
    heading = ("", "VALUE", "MIDDLE HALF OF ROUNDS", "AGAINST BEFORE" if changes else "")
    print(table(rows, heading))
    if report.system_calls:
        counted = ", ".join(f"{name} {count:.1f}" for name, count in report.system_calls.items())
        say(f"\nsystem calls of the worker, a call: {counted}")


def _against(change: Change) -> str:
    ratio = "was 0" if change.ratio is None else f"x {change.ratio:.2f}"
    return f"{ratio}, {change.verdict.value}"


def _in_words(change: Change) -> str:
    from pocket.bench.figure import KINDS
    from pocket.bench.words import amount

    kind = KINDS[change.name]
    return f"{kind.title} {amount(change.now, kind.unit)}, was {amount(change.before, kind.unit)}"
