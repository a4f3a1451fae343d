"""`parallel`: runs several nodes at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from time import monotonic
from typing import Any

from pocket.capability.refusal import Refusal
from pocket.document import JSON
from pocket.errors import InvalidInput, NodeTimeout, PocketError
from pocket.masking import masked
from pocket.nodes.builtin import BuiltinType, Config
from pocket.nodes.crew import Crew, Ended
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.units import format_duration
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import render

Task = Mapping[str, Any]


def prepare(config: Config) -> NodeCall:
    """Make a parallel node."""
    tasks: list[Task] = config["tasks"]
    _check(tasks)
    timeout_s: float | None = config.get("timeout")
    threads = min(config["max_concurrency"], len(tasks))
    fail_fast: bool = config["fail_fast"]

    def call(value: JSON, scope: Scope) -> Answer:
        started_s = monotonic()
        until = scope.deadline if timeout_s is None else min(scope.deadline, started_s + timeout_s)
        jobs = [partial(_run, task, value, _scope(task, scope, until)) for task in tasks]
        with Crew[JSON](threads) as crew:
            for job in jobs:
                crew.begin(job)
            ending = (crew.next_ended() for _ in jobs)
            ended = sorted(_checked(tasks, ending, fail_fast=fail_fast), key=attrgetter("job"))
        scope.check_time()
        return Answer(_summary(tasks, ended, monotonic() - started_s))

    return call


def _check(tasks: Sequence[Task]) -> None:
    names = [task["name"] for task in tasks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(f"several tasks have the name {twice[0]!r}")
    if any(task["node"] == "parallel" for task in tasks):
        raise InvalidInput("a task cannot be parallel itself; put its tasks among these")


def _checked(
    tasks: Sequence[Task], ending: Iterator[Ended[JSON]], *, fail_fast: bool
) -> Iterator[Ended[JSON]]:
    """Pass on what became of the tasks, or with `fail_fast` raise the first error."""
    for ended in ending:
        error = ended.error
        if error is not None and (fail_fast or not isinstance(error, PocketError)):
            if isinstance(error, PocketError):
                error.message = f"task {tasks[ended.job]['name']!r}: {error.message}"
            raise error
        yield ended


def _scope(task: Task, scope: Scope, until: float) -> Scope:
    return Scope(scope.input, outputs=scope.outputs, node=task["name"], deadline=until)


def _run(task: Task, value: JSON, scope: Scope) -> JSON:
    scope.check_time()
    given = render(task["input"], value, scope) if "input" in task else value
    call: NodeCall = task["call"]
    try:
        return call(given, scope).output
    except Refusal as refusal:
        raise NodeTimeout(refusal.message) from refusal


def _summary(tasks: Sequence[Task], ended: Sequence[Ended[JSON]], took_s: float) -> JSON:
    results: list[JSON] = []
    errors: list[JSON] = []
    for task, (_, value, error) in zip(tasks, ended, strict=True):
        if isinstance(error, PocketError):
            said: JSON = {"type": error.code, "message": masked(str(error))}
            errors.append({"task": task["name"], "error": said})
        else:
            results.append({"task": task["name"], "result": value})
    counts: JSON = {"total": len(tasks), "succeeded": len(results), "failed": len(errors)}
    duration = format_duration(round(took_s, 3))
    return {"results": results, "errors": errors, "duration": duration, "summary": counts}


PARALLEL = BuiltinType(
    NodeMetadata(
        type="parallel",
        category="flow",
        description="Runs several nodes at the same time and collects what they give",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["tasks"],
            "properties": {
                "tasks": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 1000,
                    "description": "What to run; of one plugin at once what it has replicas for",
                    "items": {
                        "type": "object",
                        "format": "node",
                        "additionalProperties": False,
                        "required": ["name", "node"],
                        "properties": {
                            "name": {
                                "type": "string",
                                "minLength": 1,
                                "description": "Unique among the tasks",
                            },
                            "node": {
                                "type": "string",
                                "minLength": 1,
                                "description": "A node type, but not parallel",
                            },
                            "config": {
                                "type": ["object", "null"],
                                "description": "What the node type's configSchema asks for",
                            },
                            "stream": {
                                "description": "Files to read and write, for a node type that "
                                "works on a stream: what `stream` of a node is",
                            },
                            "input": {
                                "format": "template",
                                "description": "Any value, whose texts are templates; without it "
                                "the task gets the node's input",
                            },
                        },
                    },
                },
                "max_concurrency": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 64,
                    "default": 10,
                    "description": "How many run at the same time",
                },
                "fail_fast": {
                    "type": "boolean",
                    "default": False,
                    "description": "Fail with the first task that fails, end those that are under "
                    "way, and begin no other",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "description": "Ends the tasks that are not done by then; they are errors",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["results", "errors", "duration", "summary"],
            "properties": {
                "results": {"type": "array"},
                "errors": {"type": "array"},
                "duration": {"type": "string"},
                "summary": {"type": "object"},
            },
        },
        examples=(
            Example(
                name="Two at once",
                config={
                    "tasks": [
                        {
                            "name": "greet",
                            "node": "template",
                            "config": {"template": "Hello {{.name}}"},
                        },
                        {"name": "wait", "node": "delay", "input": "{{len .name}} letters"},
                    ]
                },
                input={"name": "Ada"},
                output={
                    "results": [
                        {"task": "greet", "result": "Hello Ada"},
                        {"task": "wait", "result": "3 letters"},
                    ],
                    "errors": [],
                    "duration": "1.001s",
                    "summary": {"total": 2, "succeeded": 2, "failed": 0},
                },
            ),
        ),
    ),
    prepare,
)
