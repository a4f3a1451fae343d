"""Numbers as JSON means them: 3.0 is 3."""

from __future__ import annotations

from pocket.document import JSON

_EXACT = 2.0**53
"""Floats are whole beyond this anyway; they keep their exponent."""


def plain(value: JSON) -> JSON:
    """Give the value with every whole float as an int, so that it renders without exponent."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and -_EXACT <= value <= _EXACT and value.is_integer():
        return int(value)
    return value
