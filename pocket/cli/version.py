"""`pocket version`."""

from __future__ import annotations

import platform
import subprocess

import typer

from pocket.cli.options import Output
from pocket.cli.output import Format, emit
from pocket.errors import WorkerUnavailable
from pocket.version import VERSION


def version(output: Output = Format.TEXT) -> None:
    """Show the versions of Pocket, of its worker and of Python.

    Examples:

      pocket version

      pocket version --output json
    """
    from pocket.supervisor.binary import find_worker

    binary = find_worker()
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise WorkerUnavailable(f"{binary} does not run: {error}") from None
    _, worker, engine = said.stdout.split()
    if output is Format.TEXT:
        typer.echo(f"pocket {VERSION}, worker {worker} with {engine}")
        return
    python = platform.python_version()
    emit({"pocket": VERSION, "worker": worker, "engine": engine, "python": python}, output)
