"""Sizes and durations as people write them, to bytes and seconds and back.

MB is 1024 x 1024 bytes, as in the memory limits of containers and of WebAssembly pages.
"""

from __future__ import annotations

import re

_BYTES = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
_BYTES |= {"KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30}
_SECONDS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
# The sign for micro, and the letter mu.
_SECONDS |= {"\u00b5s": 1e-6, "\u03bcs": 1e-6}

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]{1,3})", re.ASCII)
_DURATION_PART = re.compile(
    r"(\d{1,15}(?:\.\d{0,18})?|\.\d{1,18})([num\u00b5\u03bc]s|[smh])", re.ASCII
)


def parse_bytes(text: str) -> int:
    """Turn `50MB`, `1.5GiB` or `4096B` into bytes.

    Raises:
        ValueError: the text is not a size; the message ends with an example.
    """
    match = _SIZE.fullmatch(text.strip())
    factor = _BYTES.get(match[2].upper()) if match else None
    if match is None or factor is None:
        raise ValueError(f"{text!r} is not a size; write it like 50MB or 50MiB")
    return int(float(match[1]) * factor)


def parse_duration(text: str) -> float:
    """Turn `300ms`, `1.5s` or `1h30m` into seconds, as Go's time.ParseDuration reads them.

    `0` needs no unit. None is negative.

    Raises:
        ValueError: the text is not a duration; the message ends with an example.
    """
    total, position = 0.0, 0
    stripped = text.strip().removeprefix("+")
    if stripped == "0":
        return total
    while position < len(stripped):
        match = _DURATION_PART.match(stripped, position)
        if match is None:
            break
        total += float(match[1]) * _SECONDS[match[2]]
        position = match.end()
    if not stripped or position != len(stripped):
        raise ValueError(f"{text!r} is not a duration; write it like 300ms, 1.5s or 1h30m")
    return total


def format_bytes(count: int) -> str:
    """Turn bytes into the largest unit that keeps the number at 1 or more: `50MB`, `1.5GB`."""
    for unit in ("GB", "MB", "KB"):
        if count >= _BYTES[unit]:
            return f"{round(count / _BYTES[unit], 1):g}{unit}"
    return f"{count}B"


def format_duration(seconds: float) -> str:
    """Turn seconds into the unit a person would choose: `1.5s`, `100ms`, `12us`."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= factor:
            return f"{round(seconds / factor, 3):g}{unit}"
    return f"{round(seconds / 1e-9):g}ns" if seconds else "0s"
