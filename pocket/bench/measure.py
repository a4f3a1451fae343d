"""Measures one node of a plugin: the same calls again and again, in rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from time import perf_counter_ns
from typing import Final

from pocket.bench.cases import Case
from pocket.bench.figure import Figure, quantile
from pocket.bench.footprint import memory
from pocket.bench.parts import Batched, Mapped, Plain, Stepped
from pocket.bench.system_calls import NotCounted, count_system_calls
from pocket.supervisor.plugin import Plugin
from pocket.supervisor.timed import TimedWorker

ROUNDS: Final = 20
"""The rounds of a bench: enough for quartiles of them."""
MOST_CALLS: Final = 200_000
"""Calls whose times are kept; more would tell no more."""
COLD_STARTS: Final = 10
TRACED_CALLS: Final = 200
_WARM_UP_S: Final = 0.2
_WARM_UP_CALLS: Final = 500
_PLAIN_SHARE: Final = 0.6
"""Of the time; the rest is for the same calls step by step and by map."""


@dataclass(frozen=True, slots=True)
class Round:
    """What the calls of one round took, one after another."""

    ended_s: float
    """Since the first one began."""
    samples_ns: Sequence[int]


@dataclass(slots=True)
class Measured:
    """All that a bench found.

    Attributes:
        figures: by name of `figure.KINDS`.
        missing: why a figure could not be had, by its name.
        rounds: the calls one after another.
        system_calls: of the worker, by name, a call.
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rounds: list[Round] = field(default_factory=list)
    system_calls: dict[str, float] = field(default_factory=dict)


class Bench:
    """Measures one call of a plugin.

    Args:
        plugin: loaded, with one worker.
        case: the call.
        show: told what goes on.
    """

    def __init__(self, plugin: Plugin, case: Case, show: Callable[[str], None]) -> None:
        self._plugin, self._case, self._show = plugin, case, show
        self._call = partial(plugin.prepare(case.node, case.config or None), case.input)
        self._found = Measured()

    def run(self, calls: int | None = None, seconds: float = 3.0) -> Measured:
        """Measure everything.

        Args:
            calls: how many to make one after another; as many as the time allows if None.
            seconds: about how long all calls may take together.

        Raises:
            PocketError: a call failed.
        """
        self._show("warming up")
        call_s = self._warm_up()
        if calls is None:
            calls = max(1, min(MOST_CALLS, int(seconds * _PLAIN_SHARE / call_s)))
        rounds = min(ROUNDS, calls)
        self._measure_rounds(rounds, calls // rounds)
        self._measure_memory()
        self._measure_system_calls(min(TRACED_CALLS, calls))
        self._measure_cold_starts()
        return self._found

    def _warm_up(self) -> float:
        """Call for a moment; gives the time of a call in seconds."""
        until, times = time.monotonic() + _WARM_UP_S, list[int]()
        while len(times) < _WARM_UP_CALLS and (not times or time.monotonic() < until):
            began = perf_counter_ns()
            self._call()
            times.append(perf_counter_ns() - began)
        return quantile(times, 0.5) / 1e9

    def _timed_worker(self) -> TimedWorker:
        return TimedWorker(self._plugin, self._case.node, self._case.config or None)

    def _measure_rounds(self, rounds: int, calls: int) -> None:
        value, began = self._case.input, time.monotonic()
        plain, stepped = Plain(self._plugin, self._call), Stepped()
        mapped, batched = Mapped(self._plugin, self._case), Batched()
        with self._timed_worker() as worker:
            for _ in range(min(calls, _WARM_UP_CALLS)):
                worker.call(value)
            for number in range(rounds):
                self._show(f"calling, round {number + 1} of {rounds}")
                samples_ns = plain.measure(calls)
                self._found.rounds.append(Round(time.monotonic() - began, samples_ns))
                stepped.measure(worker, value, max(1, calls // 3))
                mapped.measure(max(1, calls // 4))
                batched.measure(worker, value, calls // 6)
        self._found.figures |= latency(self._found.rounds)
        for part in (plain, stepped, mapped, batched):
            self._found.figures |= part.figures()
        if not batched.figures():
            self._found.missing["after_reply"] = "too few calls, or they ask the host"

    def _measure_memory(self) -> None:
        found, linear_bytes = memory(self._pid()), self._call().usage.memory_bytes
        self._found.figures |= {
            "memory_private": Figure.of([found.private_bytes]),
            "memory_peak": Figure.of([found.peak_bytes]),
            "memory_linear": Figure.of([linear_bytes]),
        }

    def _measure_system_calls(self, calls: int) -> None:
        self._show("counting system calls")

        def work() -> None:
            for _ in range(calls):
                self._call()

        try:
            counts = count_system_calls(self._pid(), work)
        except NotCounted as error:
            self._found.missing["system_calls"] = str(error)
            return
        self._found.system_calls = {name: count / calls for name, count in counts.items()}
        self._found.figures["system_calls"] = Figure.of([sum(counts.values()) / calls])

    def _measure_cold_starts(self) -> None:
        times_ms = []
        for number in range(COLD_STARTS):
            self._show(f"starting, {number + 1} of {COLD_STARTS}")
            began = perf_counter_ns()
            with self._timed_worker() as worker:
                worker.call(self._case.input)
                times_ms.append((perf_counter_ns() - began) / 1e6)
        self._found.figures["cold_start"] = Figure.of(times_ms)

    def _pid(self) -> int:
        pid = self._plugin.pid
        assert pid is not None, "a call that ends well leaves its worker alive"
        return pid


def latency(rounds: Sequence[Round]) -> dict[str, Figure]:
    """Give the quantiles of all calls, each with how it varied from round to round."""
    everything = list(chain.from_iterable(each.samples_ns for each in rounds))
    shares = {"latency_p50": 0.5, "latency_p90": 0.9, "latency_p99": 0.99, "latency_max": 1.0}
    return {
        name: Figure.of(
            [quantile(each.samples_ns, share) / 1000 for each in rounds],
            quantile(everything, share) / 1000,
        )
        for name, share in shares.items()
    }
