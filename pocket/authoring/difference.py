"""Where two values of JSON differ, told by place."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from pocket.document import JSON, path_text

_SHOWN = 80
"""What is longer is known by its beginning."""


def differences(expected: JSON, actual: JSON, name: str) -> Iterator[str]:
    """Say where a value is not what was expected, in the order of what was.

    Args:
        expected: what a promise says.
        actual: what came.
        name: of both, with which each place begins.
    """
    # No recursion: what came may be as deep as its sender liked.
    ahead: list[tuple[tuple[str | int, ...], JSON, JSON]] = [((name,), expected, actual)]
    while ahead:
        path, left, right = ahead.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            for key in left.keys() - right.keys():
                yield f"{path_text((*path, key))} is missing"
            for key in right.keys() - left.keys():
                yield f"{path_text((*path, key))} is not expected: {_short(right[key])}"
            ahead += [((*path, k), left[k], right[k]) for k in reversed(left) if k in right]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                yield f"{path_text(path)} has {len(right)} elements, not {len(left)}"
            pairs = [((*path, i), a, b) for i, (a, b) in enumerate(zip(left, right, strict=False))]
            ahead += reversed(pairs)
        elif left != right or isinstance(left, bool) is not isinstance(right, bool):
            yield f"{path_text(path)} is {_short(right)}, not {_short(left)}"


def _short(value: JSON) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
