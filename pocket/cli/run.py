"""`pocket run`: one run of a workflow, or one for every line of a file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from pocket.cli.lazy_host import LazyHost
from pocket.cli.lines import Batch, open_lines
from pocket.cli.options import Output, read_json
from pocket.cli.output import Format, emit, note, print_warnings, render, say, table
from pocket.cli.progress import Progress
from pocket.cli.results import open_results
from pocket.cli.watch import ShownSteps, Trace, Watchers, open_trace
from pocket.document import JSON
from pocket.errors import InvalidWorkflow
from pocket.units import format_duration
from pocket.workflow.engine import MAX_STEPS, Watcher, WorkflowResult

if TYPE_CHECKING:
    from pocket.flow import Workflow
    from pocket.workflow.engine import Step


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workflow.")],
    value: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="JSON|@FILE|-",
            help="The input; - reads stdin. {} if left out, or with --lines stdin.",
        ),
    ] = None,
    lines: Annotated[
        bool, typer.Option("--lines", help="Run once for every line of the input, each JSON.")
    ] = False,
    text_field: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help='With --lines: lines are texts, given as {"NAME": line}.'
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, and show what would run.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for errors.")] = False,
    max_steps: Annotated[
        int, typer.Option(min=1, metavar="N", help="Steps that one run may take.")
    ] = MAX_STEPS,
    timeout: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Time that one run may take, like 30s.")
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a line of JSON there for every step.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show on stderr which way the run took.")
    ] = False,
    no_exec: Annotated[
        bool, typer.Option("--no-exec", help="Refuse a workflow that runs commands of the system.")
    ] = False,
    replicas: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Workers that each plugin may have; with --lines so many lines run at once.",
        ),
    ] = 1,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='With --lines: write {"line": number, "output": ...} or {..., "error": ...} '
            "there for every line, instead of printing it.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on behind the last line that --to has.")
    ] = False,
    output: Output = Format.TEXT,
) -> None:
    """Run a workflow and print the output of its last node.

    With --lines a line that fails is reported with its number and the rest goes on; the exit code
    is that of the first failure. Blank lines are passed over. Results come in the order of the
    lines, whatever --replicas says. More replicas pay where there are cores for them and a
    plugin takes longer for a line than Pocket itself, which takes some 10 us.

    A batch with --to can go on whatever ended it, be it Ctrl-C, a crash or a full disk: the same
    command with --resume runs the lines that have no result yet. Those that were under way at
    the end run once more.

    Examples:

      pocket run workflow.yaml --input '{"text": "I love it"}'

      pocket run workflow.yaml --input @input.json --output yaml -v

      pocket run workflow.yaml --lines --input @feedback.txt --text-field text

      pocket run workflow.yaml --lines --input @feedback.jsonl --replicas 4

      pocket run workflow.yaml --lines --input @feedback.jsonl --to results.jsonl --resume

      pocket run workflow.yaml --timeout 30s --trace steps.jsonl

      pocket run workflow.yaml --dry-run --strict
    """
    for option, needless, needed in (
        ("--text-field", text_field is None or lines, "--lines"),
        ("--to", to is None or lines, "--lines"),
        ("--resume", not resume or to is not None, "--to"),
    ):
        if not needless:
            raise typer.BadParameter(f"it needs {needed}", param_hint=option)
    timeout_s = None if timeout is None else _seconds(timeout)
    _check_written(file, _source(value, lines=lines), trace, to, lines=lines)
    with LazyHost(replicas) as host, ExitStack() as opened:
        workflow = _load(file, host, output, strict=strict, allow_exec=not no_exec)
        if dry_run:
            _show(workflow, output)
            return
        results = opened.enter_context(open_results(to, resume=resume)) if to else None
        traced = opened.enter_context(open_trace(trace, further=resume))
        runs = Runs(workflow, max_steps, timeout_s, traced)
        if lines:
            batch = Batch(runs.run, output, text_field, replicas, results)
            with open_lines(value) as stream:
                batch.run(stream)
            batch.finish(verbose=verbose)
        else:
            given = read_json("{}" if value is None else value, "--input")
            with Progress() as progress:
                result = runs.run(given, shown=ShownSteps(progress))
            if verbose:
                _show_path(result.path)
            emit(result.output, output)


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of one command, all under the same limits."""

    workflow: Workflow
    max_steps: int
    timeout_s: float | None
    trace: IO[bytes] | None

    def run(self, value: JSON, number: int = 1, shown: Watcher | None = None) -> WorkflowResult:
        """Run once; the number tells the runs apart in the trace."""
        flow = self.workflow
        traced = None if self.trace is None else Trace(self.trace, flow.spec, flow.mask, number)
        watchers = [watcher for watcher in (traced, shown) if watcher is not None]
        return self.workflow.run(
            value,
            max_steps=self.max_steps,
            timeout_s=self.timeout_s,
            watcher=Watchers(watchers) if watchers else None,
        )


def _check_written(
    file: Path, source: Path | None, trace: Path | None, to: Path | None, *, lines: bool
) -> None:
    """Refuse to write to a file that is read."""
    read = {"the workflow itself": file, "the input": source, "the file of --to": to}
    # One run has read all of its input when it prints.
    stdout = Path("/dev/stdout") if lines else None
    for option, written in (("--to", to), ("--trace", trace), ("stdout", stdout)):
        for name, path in read.items():
            if written and path and path is not written and _same_file(written, path):
                raise typer.BadParameter(f"that is {name}", param_hint=option)


def _source(value: str | None, *, lines: bool) -> Path | None:
    """Give the file that the input comes from."""
    if value == "-" or (value is None and lines):
        return Path("/dev/stdin")
    return Path(value[1:]) if value and value.startswith("@") else None


def _same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one ordinary file."""
    try:
        return one.is_file() and one.samefile(other)
    except OSError:
        return False


def _seconds(text: str) -> float:
    from pocket.workflow.durations import duration_s

    try:
        return duration_s(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--timeout") from None


def _load(
    file: Path, host: LazyHost, output: Format, *, strict: bool, allow_exec: bool
) -> Workflow:
    from pocket.flow import Workflow

    workflow = Workflow.load(file, host=host, allow_exec=allow_exec)
    if workflow.warnings and strict:
        raise InvalidWorkflow(workflow.warnings, hint="without --strict these are warnings")
    print_warnings(workflow.warnings, output)
    return workflow


def _show(workflow: Workflow, output: Format) -> None:
    nodes: list[JSON] = [
        {"name": node.name, "type": node.type, "next": dict(workflow.routes[node.name])}
        for node in workflow.spec.nodes
    ]
    spec = workflow.spec
    about: dict[str, JSON] = {
        "description": spec.description,
        "version": spec.version,
        "metadata": dict(spec.metadata),
    }
    said = {name: workflow.mask.json(value) for name, value in about.items() if value}
    if output is not Format.TEXT:
        shown: JSON = {"name": spec.name, **said, "start": spec.start, "nodes": nodes}
        emit(shown, output)
        return
    print(f"{spec.name}: valid, starts with {spec.start}")
    if said:
        say(render(said, Format.YAML))
    rows = [(node.name, node.type, _in_words(workflow, node.name)) for node in spec.nodes]
    print(table(rows, ("NODE", "TYPE", "NEXT")))


def _in_words(workflow: Workflow, node: str) -> str:
    return ", ".join(
        target if action in ("default", target) else f"{action}: {target}"
        for action, target in workflow.routes[node].items()
    )


def _show_path(path: tuple[Step, ...]) -> None:
    rows = [
        (step.node, step.type, step.action, format_duration(step.duration_us / 1e6), _ending(step))
        for step in path
    ]
    note(table(rows, ("NODE", "TYPE", "ACTION", "TIME", "OUTCOME")))


def _ending(step: Step) -> str:
    return step.outcome if step.attempts == 1 else f"{step.outcome}, {step.attempts} attempts"
