"""Calls a node as Pocket does, in CPython and without WebAssembly: for unit tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from pocket_plugin import PluginNode, _native, _serve


class Result(NamedTuple):
    """What a call gave.

    Attributes:
        output: of the node.
        next: the action that chooses the workflow's next node.
    """

    output: Any
    next: str


def run(node: PluginNode, value: Any, config: Mapping[str, Any] | None = None) -> Result:
    """Call a node; what it raises is raised here, too.

    Args:
        node: an element of the plugin's `nodes`.
        value: the node's input.
        config: what is left out gets the `default` of the node's configSchema.

    Raises:
        TypeError: the input or the output is nothing that JSON can say.
        ValueError: it has a NaN or an infinity.
    """
    node.config = _complete(dict(config or {}), node.metadata.get("configSchema", {}))
    response = _through_json(_serve.run(node, _through_json(value)))
    return Result(response["output"], response.get("next", "default"))


def _through_json(value: Any) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


def _complete(config: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    for name, property_ in schema.get("properties", {}).items():
        if isinstance(config.get(name), dict):
            config[name] = _complete(dict(config[name]), property_)
        elif name not in config and "default" in property_:
            config[name] = copy.deepcopy(property_["default"])
    return config


@contextmanager
def answering(**calls: Callable[[dict[str, Any]], Any]) -> Iterator[dict[str, Any]]:
    """Answer the plugin's questions to its host, and give it an empty store; gives the store.

    Args:
        calls: by name, with an underscore for the dot, as in `http_request`: a function that gets
            the question and gives the value, or raises HostError or PermissionDenied.
    """
    before = dict(_native.answers), dict(_native.store)
    _native.answers.update({name.replace("_", ".", 1): give for name, give in calls.items()})
    _native.store.clear()
    try:
        yield _native.store
    finally:
        for mapping, content in zip((_native.answers, _native.store), before, strict=True):
            mapping.clear()
            mapping.update(content)


@contextmanager
def streaming(chunks: bytes | Iterable[bytes]) -> Iterator[bytearray]:
    """Give a node that works on a stream what it reads; gives what it writes.

    Args:
        chunks: all of it, or in the pieces in which it comes.
    """
    before = _native.streams
    _native.streams = given = _native.Streams([chunks] if isinstance(chunks, bytes) else chunks)
    try:
        yield given.written
    finally:
        _native.streams = before
