"""Functions of maps, whose keys are in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_map, as_text


def get(mapping: object, key: object = INVALID) -> object:
    """Give the value of a key, or an empty text."""
    return as_map(mapping).get(as_text(key), "")


def has_key(mapping: object, key: object = INVALID) -> bool:
    """Tell whether a map has a key."""
    return as_text(key) in as_map(mapping)


def keys(mapping: object = INVALID) -> list[str]:
    """Give the keys of a map."""
    return sorted(as_map(mapping))


def values(mapping: object = INVALID) -> list[Any]:
    """Give the values of a map."""
    return [value for _, value in sorted(as_map(mapping).items())]


def pick(mapping: object, *wanted: object) -> dict[str, Any]:
    """Give a map of these keys only."""
    return {key: as_map(mapping)[key] for key in map(as_text, wanted) if key in as_map(mapping)}


def omit(mapping: object, *unwanted: object) -> dict[str, Any]:
    """Give a map without these keys."""
    out = set(map(as_text, unwanted))
    return {key: value for key, value in as_map(mapping).items() if key not in out}


MAPS: Mapping[str, Callable[..., object]] = {
    "get": get,
    "hasKey": has_key,
    "keys": keys,
    "values": values,
    "pick": pick,
    "omit": omit,
}
