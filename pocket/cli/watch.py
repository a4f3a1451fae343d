"""Watches runs for the command line: the trace file, and the line that shows progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pocket.cli.output import json_text
from pocket.cli.progress import Progress
from pocket.document import JSON
from pocket.errors import InvalidInput, PocketError
from pocket.masking import NO_MASK, Mask

if TYPE_CHECKING:
    from pocket.workflow.engine import Step, Watcher
    from pocket.workflow.model import WorkflowSpec


class Trace:
    """Writes a line of JSON for every step of a run.

    Args:
        file: is written to, without a buffer.
        spec: of the workflow.
        mask: hides its variables.
        run: number of the run, from 1 on.
    """

    def __init__(
        self, file: IO[bytes], spec: WorkflowSpec, mask: Mask = NO_MASK, run: int = 1
    ) -> None:
        self._file = file
        self._run = run
        self._mask = mask
        self._step = 0
        self._workflow: JSON = {
            "name": spec.name,
            "description": spec.description,
            "version": spec.version,
            "metadata": dict(spec.metadata),
        }

    def began(self, node: str) -> None:
        """Hear that a node begins, of which the trace says nothing."""

    def ended(self, step: Step, error: PocketError | None) -> None:
        """Write the step down."""
        self._step += 1
        line: JSON = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "workflow": self._workflow,
            "run": self._run,
            "step": self._step,
            **step._asdict(),
            "error": None if error is None else str(error),
        }
        try:
            self._file.write(f"{json_text(self._mask.json(line))}\n".encode())
        except OSError as refused:
            # No error of a node: whatever else would run could not be traced either.
            refused.filename = self._file.name
            raise


class ShownSteps:
    """Shows which node runs."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = 0

    def began(self, node: str) -> None:
        """Show the node."""
        self._step += 1
        self._progress.show(f"step {self._step}: {node}")

    def ended(self, step: Step, error: PocketError | None) -> None:
        """Hear that a step is over, which the next one shows."""


class Watchers:
    """Several watchers as one."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = watchers

    def began(self, node: str) -> None:
        """Tell each."""
        for watcher in self._watchers:
            watcher.began(node)

    def ended(self, step: Step, error: PocketError | None) -> None:
        """Tell each."""
        for watcher in self._watchers:
            watcher.ended(step, error)


@contextmanager
def open_trace(path: Path | None, *, further: bool = False) -> Iterator[IO[bytes] | None]:
    """Open the file of `--trace`, if there is one; `further` keeps what is in it."""
    if path is None:
        yield None
        return
    try:
        file = path.open("ab" if further else "wb", buffering=0)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    with file:
        yield file
