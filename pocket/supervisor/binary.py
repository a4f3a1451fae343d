"""Finding the `pocket-worker` program that was installed beside this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pocket.errors import WorkerUnavailable

NAME = "pocket-worker"


def _candidates() -> Iterator[Path]:
    named = os.environ.get("POCKET_WORKER")
    if named:
        yield Path(named)
        return
    yield Path(sysconfig.get_path("scripts")) / NAME
    yield Path(sys.prefix) / "bin" / NAME
    yield Path(sysconfig.get_path("scripts", scheme="posix_user")) / NAME
    # `pip install --target DIR` puts scripts into DIR/bin.
    yield Path(__file__).resolve().parents[2] / "bin" / NAME


@cache
def find_worker() -> str:
    """Give the path of `pocket-worker`; `POCKET_WORKER` in the environment overrides the search.

    Raises:
        WorkerUnavailable: nothing executable was found; the message lists every path tried.
    """
    tried = list(dict.fromkeys(_candidates()))
    for path in tried:
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    listed = "".join(f"\n  {path}" for path in tried)
    raise WorkerUnavailable(
        f"{NAME} was not found; looked at{listed}",
        hint="install Pocket again with `pip install .`, or set POCKET_WORKER to its path",
    )
