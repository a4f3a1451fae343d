"""The form in which results are kept: what the tables need, without the samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FEWEST = 5
"""A list of numbers that is shorter is none of samples."""


def quantile(samples: Sequence[float], share: float) -> float:
    """Give the sample below which `share` of all lie."""
    return sorted(samples)[min(int(len(samples) * share), len(samples) - 1)]


def summary(found: Any) -> Any:
    """Put their quantiles in the place of samples, anywhere within what was found."""
    if isinstance(found, dict):
        return {key: summary(value) for key, value in found.items()}
    if isinstance(found, list) and len(found) >= FEWEST:
        shares = {"min": 0.0, "p10": 0.1, "p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
        quantiles = {name: round(quantile(found, share), 3) for name, share in shares.items()}
        return {"n": len(found), **quantiles}
    return round(found, 3) if isinstance(found, float) else found
