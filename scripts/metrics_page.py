"""The page on metrics: a row for each that the collector gives."""

from __future__ import annotations

import inspect

from markdown import table

from pocket import metrics
from pocket.supervisor.meter import BUCKETS_S


def metrics_page() -> str:
    """Give docs/metrics.md, without the note above it."""
    said = inspect.getdoc(metrics) or ""
    kinds = [
        *((kind, "gauge") for kind in metrics.GAUGES),
        *((kind, "counter") for kind in metrics.COUNTERS),
        (metrics.CALLS, "counter"),
        (metrics.DURATION, "histogram"),
        *((kind, "counter") for kind in (metrics.STREAMS, *metrics.STREAM_SUMS)),
    ]
    rows = [[f"`{kind.name}`", form, kind.help] for kind, form in kinds]
    return f"""
# Metrics

{said}

Each has the label `plugin`, the name in the manifest.

{table(["metric", "", ""], rows)}

The buckets of durations go from {BUCKETS_S[0] * 1e6:.1f} us to {BUCKETS_S[-1]:.0f} s. Without a
collector nothing is counted but what a pool of workers knows anyway, which `Plugin.status` gives
without Prometheus, too.
"""
