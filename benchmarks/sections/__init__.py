"""What is measured of Pocket alone, one question a file: `measure`, and `table` of what it gave.

`table` gets the quantiles of samples in their place (`results_file.summary`).
"""

from __future__ import annotations

from sections import (
    busy,
    cold_start,
    command,
    counted,
    flow_peers,
    memory,
    payload,
    state,
    throughput,
    usage,
    workflow,
)

ALL = (
    payload,
    cold_start,
    memory,
    state,
    throughput,
    busy,
    counted,
    usage,
    command,
    workflow,
    flow_peers,
)
