"""`parallel`: runs several nodes at the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from pocket.document import JSON
from pocket.errors import InvalidInput, PocketError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.units import format_duration
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import render

if TYPE_CHECKING:
    from concurrent.futures import Future

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
        futures, failed = _run_all(tasks, threads, value, scope, until, fail_fast=fail_fast)
        scope.check_time()
        if failed is not None:
            raise failed
        return Answer(_summary(tasks, futures, monotonic() - started_s))

    return call


def _check(tasks: Sequence[Task]) -> None:
    names = [task["name"] for task in tasks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(f"several tasks have the name {twice[0]!r}")
    if any(task["node"] == "parallel" for task in tasks):
        raise InvalidInput("a task cannot be parallel itself; put its tasks among these")


def _run_all(
    tasks: Sequence[Task],
    threads: int,
    value: JSON,
    scope: Scope,
    until: float,
    *,
    fail_fast: bool,
) -> tuple[list[Future[JSON]], PocketError | None]:
    """Run every task, or with `fail_fast` until one fails; its error comes second."""
    from concurrent.futures import ALL_COMPLETED, FIRST_EXCEPTION, ThreadPoolExecutor, wait

    stopped = Event()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pocket-task")
    try:
        futures = [
            pool.submit(_run, task, value, _scope(task, scope, until, stopped)) for task in tasks
        ]
        done = wait(futures, return_when=FIRST_EXCEPTION if fail_fast else ALL_COMPLETED).done
        ended = [future if future in done else None for future in futures]
        failed = _first_error(tasks, ended) if fail_fast else None
    except BaseException:
        # Ctrl-C must not wait for calls of plugins; those end when their host is closed.
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    stopped.set()
    pool.shutdown(cancel_futures=True)
    return futures, failed


def _scope(task: Task, scope: Scope, until: float, stopped: Event) -> Scope:
    return Scope(
        scope.input, outputs=scope.outputs, node=task["name"], deadline=until, stopped=stopped
    )


def _run(task: Task, value: JSON, scope: Scope) -> JSON:
    scope.check_time()
    given = render(task["input"], value, scope) if "input" in task else value
    call: NodeCall = task["call"]
    return call(given, scope).output


def _first_error(
    tasks: Sequence[Task], futures: Sequence[Future[JSON] | None]
) -> PocketError | None:
    for task, future in zip(tasks, futures, strict=True):
        error = None if future is None else future.exception()
        if isinstance(error, PocketError):
            error.message = f"task {task['name']!r}: {error.message}"
            return error
        if error is not None:
            raise error
    return None


def _summary(tasks: Sequence[Task], futures: Sequence[Future[JSON]], took_s: float) -> JSON:
    results: list[JSON] = []
    errors: list[JSON] = []
    for task, future in zip(tasks, futures, strict=True):
        error = future.exception()
        if error is None:
            results.append({"task": task["name"], "result": future.result()})
        elif isinstance(error, PocketError):
            said: JSON = {"type": error.code, "message": str(error)}
            errors.append({"task": task["name"], "error": said})
        else:
            raise error
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
                    "description": "Fail with the first task that fails, and begin no other; calls "
                    "that are under way end first",
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
