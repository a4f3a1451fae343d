"""Metrics of a host for Prometheus; needs the extra `pocket[metrics]`.

```python
import prometheus_client
import pocket, pocket.metrics

with pocket.Host() as host:
    prometheus_client.REGISTRY.register(pocket.metrics.collector(host))
    prometheus_client.start_http_server(9000, addr="127.0.0.1")
```

Everything is read when Prometheus asks. Only outcomes and durations are counted as calls end,
which takes less than a microsecond each, and the bytes of streams as they go, from the moment when
there is a collector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from pocket.supervisor.host import Host
from pocket.supervisor.meter import BUCKETS_S, Calls
from pocket.supervisor.status import PluginStatus

try:
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )
    from prometheus_client.registry import Collector
except ImportError as error:
    raise ImportError(
        "pocket.metrics needs prometheus-client: `pip install 'pocket[metrics]'`"
    ) from error

if TYPE_CHECKING:
    from prometheus_client import Metric


class Kind(NamedTuple):
    """One metric: `field` of a plugin's status, or of the calls in it."""

    name: str
    help: str
    field: str


GAUGES: Final = (
    Kind("pocket_workers", "Worker processes that live", "workers"),
    Kind("pocket_calls_waiting", "Calls that wait for a worker", "waiting"),
    Kind("pocket_memory_bytes", "Private memory of the workers together", "memory_bytes"),
)
COUNTERS: Final = (
    Kind("pocket_worker_starts_total", "Workers that were started", "starts"),
    Kind("pocket_worker_restarts_total", "Workers that ended in a call", "deaths"),
    Kind("pocket_workers_reaped_total", "Workers ended because nobody called them", "reaped"),
    Kind("pocket_calls_refused_total", "Calls refused because too many waited", "refusals"),
)
CALLS: Final = Kind(
    "pocket_calls_total", "Calls by `outcome`: ok, or the code of an error", "outcomes"
)
DURATION: Final = Kind(
    "pocket_call_duration_seconds",
    "Time of a call with its wait for a worker; in a batch, its time in the plugin alone",
    "durations",
)
STREAMS: Final = Kind(
    "pocket_streams_total",
    "Streams by `outcome`: ok, the code of an error, or closed by their caller",
    "streams",
)
STREAM_SUMS: Final = (
    Kind(
        "pocket_stream_seconds_total",
        "Time of streams from begin to end, with what their callers took",
        "streams_s",
    ),
    Kind("pocket_stream_read_bytes_total", "Bytes of streams that plugins read", "bytes_read"),
    Kind(
        "pocket_stream_written_bytes_total", "Bytes of streams that plugins wrote", "bytes_written"
    ),
)


def collector(host: Host) -> Collector:
    """Give what a registry of prometheus-client asks for the metrics of a host.

    From now on the host counts how calls and streams end. Plugins of one name count together.
    """
    host.count_calls()
    return _Collector(host)


class _Collector(Collector):
    def __init__(self, host: Host) -> None:
        self._host = host

    def collect(self) -> Iterable[Metric]:
        found = [(plugin.name, plugin.status()) for plugin in self._host.plugins]
        for kind in GAUGES:
            gauge = GaugeMetricFamily(kind.name, kind.help, labels=["plugin"])
            for name, value in _sums(found, kind.field):
                gauge.add_metric([name], value)
            yield gauge
        for kind in COUNTERS:
            counter = CounterMetricFamily(kind.name, kind.help, labels=["plugin"])
            for name, value in _sums(found, kind.field):
                counter.add_metric([name], value)
            yield counter
        calls = _calls(found)
        yield _outcomes(CALLS, calls)
        yield _durations(calls)
        yield _outcomes(STREAMS, calls)
        for kind in STREAM_SUMS:
            counter = CounterMetricFamily(kind.name, kind.help, labels=["plugin"])
            for name, several in calls.items():
                counter.add_metric([name], sum(getattr(one, kind.field) for one in several))
            yield counter

    def describe(self) -> Iterable[Metric]:
        """Give the names alone, so that registering asks no worker."""
        for kind in GAUGES:
            yield GaugeMetricFamily(kind.name, kind.help)
        for kind in (*COUNTERS, CALLS, STREAMS, *STREAM_SUMS):
            yield CounterMetricFamily(kind.name, kind.help)
        yield HistogramMetricFamily(DURATION.name, DURATION.help)


def _sums(found: Sequence[tuple[str, PluginStatus]], field: str) -> Iterator[tuple[str, int]]:
    sums: dict[str, int] = {}
    for name, status in found:
        sums[name] = sums.get(name, 0) + getattr(status, field)
    yield from sums.items()


def _calls(found: Sequence[tuple[str, PluginStatus]]) -> dict[str, list[Calls]]:
    calls: dict[str, list[Calls]] = {}
    for name, status in found:
        if status.calls is not None:
            calls.setdefault(name, []).append(status.calls)
    return calls


def _outcomes(kind: Kind, calls: dict[str, list[Calls]]) -> Metric:
    family = CounterMetricFamily(kind.name, kind.help, labels=["plugin", "outcome"])
    for name, several in calls.items():
        sums: Counter[str] = Counter()
        for one in several:
            sums.update(getattr(one, kind.field))
        for outcome, count in sorted(sums.items()):
            family.add_metric([name, outcome], count)
    return family


def _durations(calls: dict[str, list[Calls]]) -> Metric:
    family = HistogramMetricFamily(DURATION.name, DURATION.help, labels=["plugin"])
    bounds = [*map(str, BUCKETS_S), "+Inf"]
    for name, several in calls.items():
        columns = zip(*(one.durations for one in several), strict=True)
        buckets = zip(bounds, accumulate(map(sum, columns)), strict=True)
        total_s = sum(one.total_s for one in several)
        family.add_metric([name], buckets=list(buckets), sum_value=total_s)
    return family
