"""A service that forks after it has used its host, as pre-forking servers do."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from time import monotonic

import pytest
from conftest import Load

import pocket
from pocket.capability.resolver import MAX_LOOKUPS, SystemResolver
from supervisor.conftest import DEADLINE_S, Pooled


def in_child(work: Callable[[], object]) -> int:
    """Run `work` in a forked child; give its exit status, which is a signal's where it hangs."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # pytest-timeout has its own
            signal.alarm(int(DEADLINE_S))
            status = 0 if work() else 2
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_thread(work: Callable[[], object]) -> object:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def sums(plugin: pocket.Plugin) -> object:
    return plugin.call("main", 1).output["input"] == 1


@pytest.mark.parametrize("way", ["call", "map", "acall"])
def test_threads_of_a_child_may_use_what_threads_of_its_parent_used(
    pooled: Pooled, way: str
) -> None:
    plugin = pooled("echo", replicas=2)
    in_thread(lambda: sums(plugin))

    def work() -> object:
        if way == "call":
            return in_thread(lambda: sums(plugin))
        if way == "map":
            return len(list(plugin.map("main", range(10)))) == 10
        return asyncio.run(plugin.acall("main", 1)).output["input"] == 1

    assert in_child(work) == 0
    assert sums(plugin)


def test_a_fork_amid_the_calls_of_other_threads_hands_on_none_of_their_locks(
    pooled: Pooled,
) -> None:
    plugin = pooled("echo", replicas=2)
    plugin.count_calls()
    over = threading.Event()

    def call() -> None:
        while not over.is_set():
            plugin.call("main", 1)
            asyncio.run(plugin.acall("main", 1))

    def work() -> object:
        return sums(plugin) and in_thread(lambda: sums(plugin))

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        ended = {in_child(work) for _ in range(15)}
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert ended == {0}


def test_a_child_counts_its_own_calls_and_workers_alone(load: Load) -> None:
    plugin = load("echo")
    plugin.count_calls()
    for _ in range(3):
        plugin.call("main", 1)

    def work() -> object:
        plugin.call("main", 1)
        status = plugin.status()
        assert status.calls is not None
        return status.starts == 1 and status.calls.outcomes == {"ok": 1}

    assert plugin.meter is not None
    with plugin.meter._lock:  # as if another thread were just counting
        assert in_child(work) == 0
    status = plugin.status()
    assert status.calls is not None
    assert status.calls.outcomes == {"ok": 3}


def test_names_that_the_parent_looks_up_do_not_keep_its_child_from_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = SystemResolver()
    answers = threading.Event()
    asked = threading.Semaphore(0)

    def slow(*_: object, **__: object) -> list[object]:
        asked.release()
        answers.wait(DEADLINE_S)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    until = monotonic() + DEADLINE_S
    threads = [
        threading.Thread(target=resolver.resolve, args=("a.example", 80, until))
        for _ in range(MAX_LOOKUPS)
    ]
    for thread in threads:
        thread.start()
        assert asked.acquire(timeout=DEADLINE_S)

    def work() -> object:
        answers.set()
        return resolver.resolve("a.example", 80, monotonic() + DEADLINE_S / 2) == []

    assert in_child(work) == 0
    answers.set()
    for thread in threads:
        thread.join()


def test_a_host_that_was_closed_is_closed_in_a_child_too(pooled: Pooled) -> None:
    plugin = pooled("echo")
    sums(plugin)
    plugin.close()

    def work() -> object:
        with pytest.raises(pocket.HostClosed):
            plugin.call("main", 1)
        return True

    assert in_child(work) == 0
