"""`aggregate`: collects what arrives each time that a run comes by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from pocket.document import JSON
from pocket.errors import InvalidInput, NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope

MAX_SIZE: Final = 10_000_000
"""Items of the lists, or characters of the texts, that are joined; an output has such a cap."""


@dataclass(slots=True)
class _Collection:
    """What has arrived so far."""

    since: float = field(default_factory=monotonic)
    items: list[JSON] = field(default_factory=list)


def prepare(config: Config) -> NodeCall:
    """Make an aggregate node."""
    mode: str = config["mode"]
    key: str | None = config.get("key")
    count: int | None = config.get("count")
    timeout_s: float | None = config.get("timeout")
    if (key is None) == (mode == "object"):
        raise InvalidInput("key goes with mode: object, and only with it")

    def call(value: JSON, scope: Scope) -> Answer:
        _check(mode, key, value)
        collection = scope.kept.setdefault(scope.node, _Collection())
        collection.items.append(value)
        size = len(collection.items)
        late = timeout_s is not None and monotonic() - collection.since >= timeout_s
        complete = late or (size >= count if count is not None else timeout_s is None)
        if complete and (count is not None or timeout_s is not None):
            del scope.kept[scope.node]
        data = _object(collection.items, key) if key else _JOINED[mode](collection.items)
        return Answer({"data": data, "count": size, "complete": complete})

    return call


def _check(mode: str, key: str | None, value: JSON) -> None:
    """Refuse an input that does not suit the mode, before it is kept."""
    if mode in {"object", "merge"} and not isinstance(value, dict):
        raise NodeError(f"mode {mode} wants an object, not {value!r:.80}")
    if key is not None and isinstance(value, dict) and not isinstance(value.get(key), str | int):
        raise NodeError(f"the input has no text or whole number in its field {key!r}")
    if mode == "concat" and not isinstance(value, str | list):
        raise NodeError(f"mode concat wants a text or a list, not {value!r:.80}")


def _object(items: list[JSON], key: str) -> JSON:
    return {str(item[key]): item for item in items if isinstance(item, dict)}


def _array(items: list[JSON]) -> JSON:
    return list(items)


def _merge(items: list[JSON]) -> JSON:
    return {name: value for item in items if isinstance(item, dict) for name, value in item.items()}


def _concat(items: list[JSON]) -> JSON:
    texts = [item for item in items if isinstance(item, str)]
    lists = [item for item in items if isinstance(item, list)]
    if texts and lists:
        raise NodeError("mode concat wants texts or lists, not some of both")
    if sum(map(len, texts)) + sum(map(len, lists)) > MAX_SIZE:
        raise NodeError(f"together the inputs are longer than {MAX_SIZE}")
    return "".join(texts) if texts else [part for item in lists for part in item]


_JOINED: Final[dict[str, Callable[[list[JSON]], JSON]]] = {
    "array": _array,
    "merge": _merge,
    "concat": _concat,
}

AGGREGATE = BuiltinType(
    NodeMetadata(
        type="aggregate",
        category="data",
        description="Collects its inputs of one run, from one visit to the next",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "mode": {
                    "enum": ["array", "object", "merge", "concat"],
                    "default": "array",
                    "description": "A list of the inputs; an object of them by their `key`; one "
                    "object of all their fields, the last one counts; or the texts or lists joined",
                },
                "key": {
                    "type": "string",
                    "minLength": 1,
                    "description": "With mode object: the field of an input that names it",
                },
                "count": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "How many make it complete; the next one begins anew",
                },
                "timeout": {
                    "type": "string",
                    "format": "duration",
                    "description": "The age that makes it complete, seen when an input arrives",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["data", "count", "complete"],
            "properties": {"count": {"type": "integer"}, "complete": {"type": "boolean"}},
        },
        examples=(
            Example(
                name="The first of three",
                config={"count": 3},
                input={"x": 1},
                output={"data": [{"x": 1}], "count": 1, "complete": False},
            ),
            Example(
                name="By name",
                config={"mode": "object", "key": "name"},
                input={"name": "ada", "age": 36},
                output={
                    "data": {"ada": {"name": "ada", "age": 36}},
                    "count": 1,
                    "complete": True,
                },
            ),
        ),
    ),
    prepare,
    timed=False,
)
