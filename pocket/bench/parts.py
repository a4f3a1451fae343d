"""The ways in which a bench makes its call, each for figures of its own, round by round."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from statistics import fmean
from time import perf_counter_ns, thread_time_ns
from typing import Final

from pocket.bench.cases import Case
from pocket.bench.figure import Figure
from pocket.bench.footprint import counters
from pocket.document import JSON
from pocket.supervisor.plugin import Plugin
from pocket.supervisor.result import Result
from pocket.supervisor.timed import Steps, TimedWorker

_SETTLE_S: Final = 0.001
"""A worker looks for its next request for 50 us, then sleeps; only then is its CPU time whole."""


class Plain:
    """One call after another, as anybody makes them, and what the kernel counts meanwhile."""

    def __init__(self, plugin: Plugin, call: Callable[[], Result]) -> None:
        self._plugin, self._call = plugin, call
        self._rates: list[float] = []
        self._counted: dict[str, list[float]] = {}

    def measure(self, calls: int) -> list[int]:
        """Give the time of each of so many calls, in nanoseconds."""
        pid, call, samples = self._plugin.pid or 0, self._call, list[int]()
        time.sleep(_SETTLE_S)
        before, switches, cpu_ns = counters(pid), _own_switches(), thread_time_ns()
        began = ended = perf_counter_ns()
        for _ in range(calls):
            start = perf_counter_ns()
            call()
            ended = perf_counter_ns()
            samples.append(ended - start)
        cpu_ns, switches = thread_time_ns() - cpu_ns, _own_switches() - switches
        time.sleep(_SETTLE_S)
        after = counters(pid)
        self._rates.append(calls / (ended - began) * 1e9)
        for name, amount in (
            ("host_cpu", cpu_ns / 1000),
            ("worker_cpu", (after.cpu_ns - before.cpu_ns) / 1000),
            ("page_faults", after.page_faults - before.page_faults),
            ("worker_switches", after.switches - before.switches),
            ("host_switches", switches),
        ):
            self._counted.setdefault(name, []).append(amount / calls)
        return samples

    def figures(self) -> dict[str, Figure]:
        """Give what was found."""
        counted = {name: Figure.of(values, fmean(values)) for name, values in self._counted.items()}
        return {"call_rate": Figure.of(self._rates)} | counted


def _own_switches() -> int:
    usage = resource.getrusage(resource.RUSAGE_THREAD)
    return usage.ru_nvcsw + usage.ru_nivcsw


class Stepped:
    """Where the time of a call goes: means over the middle half of a round's calls.

    Means of the same calls add up, which medians do not; a call that was disturbed is not in the
    middle half.
    """

    def __init__(self) -> None:
        self._rounds: list[dict[str, float]] = []

    def measure(self, worker: TimedWorker, value: JSON, calls: int) -> None:
        """Make so many calls, step by step."""
        taken = list[tuple[int, Steps]]()
        for _ in range(calls):
            began = perf_counter_ns()
            steps = worker.call(value)
            taken.append((perf_counter_ns() - began, steps))
        taken.sort()
        middle = taken[len(taken) // 4 : len(taken) - len(taken) // 4]
        whole = fmean(whole_ns for whole_ns, _ in middle)
        encode, exchange, guest, decode = (
            fmean(column) for column in zip(*(steps for _, steps in middle), strict=True)
        )
        self._rounds.append(
            {
                "encode": encode,
                "exchange": exchange - guest,
                "guest": guest,
                "decode": decode,
                "remainder": whole - encode - exchange - decode,
                "whole": whole,
            }
        )

    def figures(self) -> dict[str, Figure]:
        """Give the steps of the round whose call was the middle one, so that they add up."""
        ordered = sorted(self._rounds, key=lambda steps: steps["whole"])
        typical = ordered[len(ordered) // 2]
        return {
            name: Figure.of([steps[name] / 1000 for steps in self._rounds], value / 1000)
            for name, value in typical.items()
        }


class Mapped:
    """Calls by `Plugin.map`, with requests sent ahead."""

    def __init__(self, plugin: Plugin, case: Case) -> None:
        self._plugin, self._case = plugin, case
        self._rates: list[float] = []

    def measure(self, calls: int) -> None:
        """Make so many calls."""
        case = self._case
        inputs = [case.input] * calls
        began = perf_counter_ns()
        for _ in self._plugin.map(case.node, inputs, config=case.config or None):
            pass
        self._rates.append(calls / (perf_counter_ns() - began) * 1e9)

    def figures(self) -> dict[str, Figure]:
        """Give what was found."""
        return {"map_rate": Figure.of(self._rates)}


class Batched:
    """Requests that wait for the worker, so that it has the next as soon as it is done.

    What it does between two replies, besides the guest's code, is its reset and its frames.
    """

    _TIMES = 4

    def __init__(self) -> None:
        self._after_us: list[float] = []

    def measure(self, worker: TimedWorker, value: JSON, calls: int) -> None:
        """Send at most so many requests at once, and one alone for comparison."""
        most = min(worker.most_at_once(value), calls)
        if most < 2:
            return
        ones = [worker.call_many([value])[0] for _ in range(self._TIMES)]
        many = [worker.call_many([value] * most) for _ in range(self._TIMES)]
        # Whatever else the machine does only makes an exchange longer.
        many_ns, guest_ns = min(many)
        after_ns = (many_ns - min(ones)) / (most - 1) - guest_ns / most
        self._after_us.append(after_ns / 1000)

    def figures(self) -> dict[str, Figure]:
        """Give what was found, if anything."""
        return {"after_reply": Figure.of(self._after_us)} if self._after_us else {}
