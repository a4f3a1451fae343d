"""Where runs went, as a trace file tells it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pocket.errors import InvalidInput

_FIELDS = {"run": int, "node": str, "action": str, "outcome": str, "duration_us": int}


class Visits(NamedTuple):
    """How a node fared."""

    times: int = 0
    failed: bool = False
    took_us: int = 0


@dataclass(slots=True)
class Footprint:
    """All steps of the runs in one trace file."""

    runs: int = 0
    visits: dict[str, Visits] = field(default_factory=dict)
    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a way was taken, by its ends."""
    actions: set[tuple[str, str, str]] = field(default_factory=set)
    """The ways that were taken: from, to and the action."""

    def visits_of(self, node: str) -> Visits:
        """Give how a node fared."""
        return self.visits.get(node, Visits())

    @classmethod
    def read(cls, file: Path, nodes: Collection[str]) -> Footprint:
        """Read what `pocket run --trace` wrote.

        Args:
            file: the trace.
            nodes: names of the workflow's nodes.

        Raises:
            InvalidInput: the file cannot be read, is no trace, or that of another workflow.
        """
        try:
            with file.open(encoding="utf-8") as stream:
                return cls._of(_steps(file, stream, nodes))
        except OSError as error:
            raise InvalidInput(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{file}: not UTF-8: byte {error.start}") from None

    @classmethod
    def _of(cls, steps: Iterable[dict[str, Any]]) -> Footprint:
        found = cls()
        before: dict[int, tuple[str, str]] = {}
        for step in steps:
            run, node = step["run"], step["node"]
            if run in before:
                source, action = before[run]
                found.times[source, node] += 1
                found.actions.add((source, node, action))
            else:
                found.runs += 1
            before[run] = node, step["action"]
            seen = found.visits_of(node)
            failed = step["outcome"] != "ok"
            found.visits[node] = Visits(seen.times + 1, failed, seen.took_us + step["duration_us"])
        return found


def _steps(file: Path, lines: Iterable[str], nodes: Collection[str]) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            step = json.loads(line)
        except (ValueError, RecursionError):
            step = None
        if not isinstance(step, dict) or any(
            type(step.get(name)) is not kind for name, kind in _FIELDS.items()
        ):
            raise InvalidInput(
                f"{file}:{number}: this is no step of a trace",
                hint="'pocket run FILE --trace TRACE' writes one",
            )
        if step["node"] not in nodes:
            raise InvalidInput(
                f"{file}:{number}: the workflow has no node {step['node']!r:.100}",
                hint="it is the trace of another workflow, or of an older version",
            )
        yield step
