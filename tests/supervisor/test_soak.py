"""A host in all its ways at once, for half a minute."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from abuse.footprint import Footprint, settled
from guests.build import guest, plugin_folder
from guests.javascript import javascript

import pocket

SOAK_S = 30.0
WARM_S = 5.0
"""Before the first footprint: imports, arenas, threads of the pool, SQLite's caches."""
GROWTH_BYTES = 24 << 20
"""Of the host in 25 s of some thousand calls: a leak of 8 KB for each would be more."""

ASK = """
const count = (await pocket.store.get('count') ?? 0) + 1;
await pocket.store.set('count', count);
try { await fetch('https://elsewhere.example/'); } catch (e) { return [count, e.name]; }
"""
SLEEP = "await new Promise((go) => setTimeout(go, input)); return input;"

Loop = Callable[[], str]


class Crowd:
    """Threads that do one thing each, over and over; what came of it is counted."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, what: str, once: Loop, threads: int = 1) -> None:
        for _ in range(threads):
            thread = threading.Thread(target=self._go, args=(what, once))
            self._threads.append(thread)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(60)

    def _go(self, what: str, once: Loop) -> None:
        while not self._stop.is_set():
            try:
                outcome = once()
            except BaseException as error:  # noqa: BLE001
                outcome = type(error).__name__
            with self._lock:
                self.seen[f"{what}: {outcome}"] += 1


def _raises(call: Callable[[], object], *kinds: type[pocket.PocketError]) -> str:
    with pytest.raises(kinds):
        call()
    return "ok"


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_host_that_is_used_in_every_way_at_once_stays_as_small_as_it_was(
    tmp_path: Path, shared_home: Path
) -> None:
    limits = {"memory": "64MB", "cpu": "5s", "timeout": "60s"}
    modules = {
        "echo": (guest("echo"), limits),
        "crash": (guest("trap"), limits),
        "loop": (guest("loop"), {"cpu": "30ms", "timeout": "60s"}),
        "late": (javascript(SLEEP), limits | {"timeout": "50ms"}),
        "ask": (javascript(ASK), limits | {"network": ["api.example.com"], "store": "1MB"}),
        "nap": (javascript(SLEEP), limits),
        "many": (guest("echo"), limits),
        "victim": (guest("echo"), limits),
    }
    quiet = Footprint.now(shared_home)
    host = pocket.Host(home=shared_home)
    plugins = {
        name: host.load(plugin_folder(tmp_path, name, wasm=wasm, permissions=permissions))
        for name, (wasm, permissions) in modules.items()
    }
    asked: list[int] = []

    def echo() -> str:
        value = random.random()
        assert plugins["echo"].call("main", value).output["input"] == value
        return "ok"

    def ask() -> str:
        count, name = plugins["ask"].call("main", None).output
        assert name == "PermissionError"
        asked.append(count)
        return "ok"

    def many() -> str:
        outputs = [result.output["input"] for result in plugins["many"].map("main", range(100))]
        assert outputs == list(range(100))
        return "ok"

    def killed() -> str:
        victim = plugins["victim"]
        victim.call("main", None)
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        return _raises(lambda: victim.call("main", None), pocket.PluginCrashed)

    async def cancel() -> str:
        task = asyncio.create_task(plugins["nap"].acall("main", 60_000))
        await asyncio.sleep(random.random() / 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return "ok"

    def loaded_anew() -> str:
        with pocket.Host(home=shared_home) as other:
            assert other.load(tmp_path / "echo").call("main", 1).output["input"] == 1
        return "ok"

    crowd = Crowd()
    crowd.add("echo", echo, threads=2)
    crowd.add("ask", ask)
    crowd.add("many", many)
    crowd.add("killed", killed)
    crowd.add(
        "crash", lambda: _raises(lambda: plugins["crash"].call("main", None), pocket.PluginCrashed)
    )
    crowd.add(
        "loop", lambda: _raises(lambda: plugins["loop"].call("main", None), pocket.CpuLimitExceeded)
    )
    crowd.add(
        "late", lambda: _raises(lambda: plugins["late"].call("main", 60_000), pocket.CallTimeout)
    )
    crowd.add("cancel", lambda: asyncio.run(cancel()))
    crowd.add("host", loaded_anew)

    with crowd.at_work():
        time.sleep(WARM_S)
        warm = Footprint.now(shared_home)
        time.sleep(SOAK_S - WARM_S)
        hot = Footprint.now(shared_home)
    host.close()

    assert {outcome for outcome in crowd.seen if not outcome.endswith(": ok")} == set()
    assert min(crowd.seen.values()) > 5, crowd.seen
    assert asked == list(range(asked[0], asked[0] + len(asked)))
    assert hot.rss_bytes - warm.rss_bytes < GROWTH_BYTES
    assert settled(quiet, shared_home) == []
