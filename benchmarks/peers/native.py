"""The same logic in plain Python, which runs inside the processes of pools."""

from __future__ import annotations

import json
import sys


def statistics(value: dict[str, list[float]]) -> dict[str, float]:
    """Do what the statistics plugin does."""
    numbers = [float(number) for number in value["numbers"]]
    total = sum(numbers)
    return {
        "sum": total,
        "average": total / len(numbers),
        "min": min(numbers),
        "max": max(numbers),
    }


if __name__ == "__main__":
    json.dump(statistics(json.load(sys.stdin)), sys.stdout)
