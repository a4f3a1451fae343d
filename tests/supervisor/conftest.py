"""Plugins on hosts of their own, whose pools a test chooses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from guests.build import guest, plugin_folder
from guests.javascript import javascript

import pocket

DEADLINE_S = 10.0
NAP = "await new Promise((go) => setTimeout(go, input)); return input;"
"""Sleeps for so many milliseconds: several of them take no longer together, on any machine."""
PATIENT = {"memory": "64MB", "cpu": "2s", "timeout": "60s"}

Pooled = Callable[..., pocket.Plugin]


def nap() -> bytes:
    return javascript(NAP)


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)


def cancelled(plugin: pocket.Plugin, value: int, before: Callable[[], object]) -> float:
    """Cancel an acall once `before` is true; give how long that took, in seconds."""

    async def run() -> float:
        task = asyncio.create_task(plugin.acall("main", value))
        await asyncio.to_thread(wait_until, before)
        begun = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - begun

    return asyncio.run(run())


@pytest.fixture
def pooled(shared_home: Path, tmp_path: Path) -> Iterator[Pooled]:
    """Load a guest by name, or a wasm, on a new host, whose options are given by name."""
    with ExitStack() as hosts:

        def load(
            wasm: str | bytes,
            *,
            name: str = "guest",
            state: str = "fresh",
            permissions: dict[str, Any] = PATIENT,
            **options: Any,
        ) -> pocket.Plugin:
            host = hosts.enter_context(pocket.Host(home=shared_home, **options))
            module = guest(wasm) if isinstance(wasm, str) else wasm
            folder = plugin_folder(
                tmp_path, name, wasm=module, state=state, permissions=permissions
            )
            return host.load(folder)

        yield load
