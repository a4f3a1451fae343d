"""The durations in a workflow file."""

from __future__ import annotations

from typing import Final

from pocket.document import JSON
from pocket.units import parse_duration
from pocket.workflow.names import entries
from pocket.workflow.report import Report

MAX_DURATION_S: Final = 365 * 24 * 3600.0
"""A year: longer than any process that waits, and far from what a clock cannot count."""


def duration_s(text: str) -> float:
    """Give the seconds of a duration.

    Raises:
        ValueError: it is none, or longer than a year; a hint stands after "; ".
    """
    seconds = parse_duration(text)
    if seconds > MAX_DURATION_S:
        raise ValueError(f"{text!r} is longer than a year; write a shorter one")
    return seconds


def check_durations(data: JSON, report: Report) -> None:
    """Report every `timeout` and `retry` of a node whose duration is none."""
    for index, node in entries(data, "nodes"):
        at = ("nodes", index, "timeout")
        if _seconds(node.get("timeout"), at, report) == 0:
            hint = "leave it out for no limit"
            report.add(at, "a timeout of nothing ends every attempt", hint)
        retry = node.get("retry")
        for key in ("delay", "max_delay"):
            if isinstance(retry, dict):
                _seconds(retry.get(key), ("nodes", index, "retry", key), report)


def _seconds(value: JSON, at: tuple[str | int, ...], report: Report) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        return duration_s(value)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        report.add(at, message, hint)
        return None
