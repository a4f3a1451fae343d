"""Functions of lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from gotpl.runtime.values import INVALID

from pocket.workflow.functions.comparisons import empty
from pocket.workflow.kinds import as_list, kind, shown


def _identity(value: Any) -> object:
    """Give something to know equal values by, in no more time than writing them takes."""
    known = None if kind(value) == "nothing" else value
    if isinstance(known, list | dict):
        return json.dumps(known, sort_keys=True)
    return kind(known), known


def first(values: object = INVALID) -> object:
    """Give the first item of a list, or nothing of an empty one."""
    return as_list(values)[0] if as_list(values) else None


def last(values: object = INVALID) -> object:
    """Give the last item of a list, or nothing of an empty one."""
    return as_list(values)[-1] if as_list(values) else None


def rest(values: object = INVALID) -> list[Any]:
    """Give all but the first item."""
    return as_list(values)[1:]


def initial(values: object = INVALID) -> list[Any]:
    """Give all but the last item."""
    return as_list(values)[:-1]


def reverse(values: object = INVALID) -> list[Any]:
    """Turn a list round."""
    return as_list(values)[::-1]


def uniq(values: object = INVALID) -> list[Any]:
    """Give each item once."""
    seen: dict[object, Any] = {}
    for item in as_list(values):
        seen.setdefault(_identity(item), item)
    return list(seen.values())


def compact(values: object = INVALID) -> list[Any]:
    """Give the items that are not empty."""
    return [item for item in as_list(values) if not empty(item)]


def has(item: object, values: object = INVALID) -> bool:
    """Tell whether an item is in a list."""
    wanted = _identity(item)
    return any(_identity(value) == wanted for value in as_list(values))


def without(values: object, *unwanted: object) -> list[Any]:
    """Give the items that are none of these."""
    out = set(map(_identity, unwanted))
    return [item for item in as_list(values) if _identity(item) not in out]


def sort_alpha(values: object = INVALID) -> list[str]:
    """Give the items as texts, in order."""
    return sorted(shown(item) for item in as_list(values) if kind(item) != "nothing")


LISTS: Mapping[str, Callable[..., object]] = {
    "first": first,
    "last": last,
    "rest": rest,
    "initial": initial,
    "reverse": reverse,
    "uniq": uniq,
    "compact": compact,
    "has": has,
    "without": without,
    "sortAlpha": sort_alpha,
}
