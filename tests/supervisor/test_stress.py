"""Threads, plugins and everything that can go wrong at once: no reply goes astray, nothing stays."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from abuse.footprint import Footprint, settled
from guests.build import guest, plugin_folder
from guests.javascript import javascript

import pocket

THREADS = 8
KILLED = pocket.PluginCrashed
"""What any call may end in while workers are being killed."""
SCRIPT = """
if (input.ms) await new Promise((go) => setTimeout(go, input.ms));
if (input.fails) throw new Error(input.token);
return input.token;
"""
PERMISSIONS = {"memory": "64MB", "cpu": "10s", "timeout": "60s"}

tokens = count()


def token() -> str:
    return f"{next(tokens)}-{random.random()}"


@dataclass
class Stress:
    """The plugins, and each thing that a thread may do with them; each gives its outcome."""

    echo: pocket.Plugin
    kept: pocket.Plugin
    script: pocket.Plugin
    huge: pocket.Plugin

    def short(self) -> str:
        plugin, sent = random.choice((self.echo, self.kept)), token()
        return _checked(sent, lambda: _input(plugin.call("main", sent)))

    def large(self) -> str:
        sent = token() + "x" * random.choice((5_000, 70_000, 400_000))
        return _checked(sent, lambda: _input(self.echo.call("main", sent)))

    def batch(self) -> str:
        sent = [token() for _ in range(random.choice((3, 50, 400)))]
        results = list(self.echo.map("main", sent, return_errors=True))
        assert len(results) == len(sent)
        failed = 0
        for one, result in zip(sent, results, strict=True):
            if result.error is None:
                assert _input(result) == one
            else:
                assert isinstance(result.error, KILLED), result.error
                failed += 1
        return "killed" if failed else "ok"

    def slow(self) -> str:
        sent = token()
        given: Any = {"token": sent, "ms": random.randrange(20)}
        return _checked(sent, lambda: self.script.call("main", given).output)

    def failing(self) -> str:
        sent = token()
        given: Any = {"token": sent, "fails": True}
        return _raises(pocket.PluginError, lambda: self.script.call("main", given), sent)

    def late(self) -> str:
        given: Any = {"token": token(), "ms": 60_000}
        return _raises(pocket.CallTimeout, lambda: self.script.call("main", given, timeout_s=0.03))

    def oversized(self) -> str:
        return _raises(pocket.OutputTooLarge, lambda: self.huge.call("main", token()))

    def asynchronous(self) -> str:
        async def several() -> str:
            sent = [token() for _ in range(6)]
            calls = [asyncio.create_task(self.script.acall("main", {"token": it})) for it in sent]
            await asyncio.sleep(random.random() / 100)
            calls[0].cancel()
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            killed = False
            for one, outcome in zip(sent, outcomes, strict=True):
                if isinstance(outcome, pocket.Result):
                    assert outcome.output == one
                elif isinstance(outcome, asyncio.CancelledError):
                    assert one == sent[0]
                else:
                    assert isinstance(outcome, KILLED), outcome
                    killed = True
            return "killed" if killed else "ok"

        return asyncio.run(several())

    def killing(self) -> str:
        plugin = random.choice((self.echo, self.kept, self.script, self.huge))
        for pid in plugin.pids[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return "ok"


def _input(result: pocket.Result) -> object:
    return result.output["input"]  # type: ignore[index,call-overload]


def _checked(sent: str, call: Callable[[], object]) -> str:
    try:
        received = call()
    except KILLED:
        return "killed"
    assert received == sent
    return "ok"


def _raises(kind: type[pocket.PocketError], call: Callable[[], object], said: str = "") -> str:
    with pytest.raises((kind, KILLED)) as raised:
        call()
    if isinstance(raised.value, KILLED):
        return "killed"
    assert said in str(raised.value)
    return "ok"


def _run(stress: Stress, seconds: float) -> tuple[Counter[str], list[BaseException]]:
    """Do anything in any order for some time, in many threads."""
    until = time.monotonic() + seconds
    seen: Counter[str] = Counter()
    wrong: list[BaseException] = []
    lock = threading.Lock()
    actions = [
        *[stress.short] * 12,
        *[stress.slow] * 4,
        *(stress.large, stress.batch, stress.failing, stress.late, stress.oversized),
        *(stress.asynchronous, stress.killing),
    ]

    def go() -> None:
        while time.monotonic() < until and not wrong:
            action = random.choice(actions)
            try:
                outcome = action()
            except BaseException as error:  # noqa: BLE001
                wrong.append(error)
                return
            with lock:
                seen[f"{action.__name__}: {outcome}"] += 1

    threads = [threading.Thread(target=go) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    assert not [thread for thread in threads if thread.is_alive()], "a call never ended"
    return seen, wrong


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(4, id="some seconds"),
        pytest.param(120, id="two minutes", marks=pytest.mark.slow),
    ],
)
def test_every_reply_is_that_of_its_request_and_nothing_is_left(
    tmp_path: Path, shared_home: Path, seconds: float
) -> None:
    modules = {
        "echo": (guest("echo"), "fresh"),
        "kept": (guest("echo"), "kept"),
        "script": (javascript(SCRIPT), "fresh"),
        "huge": (guest("huge_output"), "fresh"),
    }
    before = Footprint.now(shared_home)
    host = pocket.Host(home=shared_home, replicas=3, idle_s=0.03, memory_budget_bytes=12 << 20)
    with host:
        plugins = {
            name: host.load(
                plugin_folder(tmp_path, name, wasm=wasm, state=state, permissions=PERMISSIONS)
            )
            for name, (wasm, state) in modules.items()
        }
        seen, wrong = _run(Stress(**plugins), seconds)
        statuses = {name: plugin.status() for name, plugin in plugins.items()}
    assert wrong == []
    assert {outcome.split(": ")[0] for outcome in seen} == {
        *("short", "large", "batch", "slow", "failing", "late", "oversized"),
        *("asynchronous", "killing"),
    }
    assert sum(status.deaths for status in statuses.values()) > 0
    assert all(status.waiting == 0 for status in statuses.values())
    assert settled(before, shared_home) == []
