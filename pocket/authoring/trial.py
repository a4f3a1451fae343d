"""The examples of a plugin's metadata, tried out and held against its schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pocket.authoring.difference import differences
from pocket.document import JSON, path_text
from pocket.errors import PocketError
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.supervisor.plugin import Plugin

_SHOWN = 5
"""Problems of one value, and differences of two; whoever has mended these tries again."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One example, and what the plugin gave for it.

    Attributes:
        error: of the call, if it failed.
        problems: where the example's input or output, or what came, does not fit its schema.
        differences: where what came is not what the example promises.
    """

    node: str
    example: str
    expected: JSON
    actual: JSON
    error: str | None
    problems: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the plugin keeps the promise, and the promise fits its own schemas."""
        return self.error is None and not self.differences and not self.problems

    def to_json(self) -> dict[str, JSON]:
        """Give it as `pocket plugins test --output json` shows it."""
        return {
            "node": self.node,
            "example": self.example,
            "expected": self.expected,
            "actual": self.actual,
            "error": self.error,
            "problems": list(self.problems),
            "differences": list(self.differences),
            "passed": self.passed,
        }


def try_examples(plugin: Plugin) -> Iterator[Trial]:
    """Call a plugin with each of its examples."""
    for node in plugin.nodes.values():
        for example in node.examples:
            yield _try(plugin, node, example)


def _try(plugin: Plugin, node: NodeMetadata, example: Example) -> Trial:
    actual, error = None, None
    differing: tuple[str, ...] = ()
    problems = [
        *_problems(example.input, node.input_schema, "input"),
        *_problems(example.output, node.output_schema, "output"),
    ]
    try:
        actual = plugin.call(node.type, example.input, config=example.config).output
    except PocketError as raised:
        error = str(raised)
    else:
        differing = tuple(islice(differences(example.output, actual, "output"), _SHOWN))
    if differing:
        problems += _problems(actual, node.output_schema, "actual")
    return Trial(node.type, example.name, example.output, actual, error, tuple(problems), differing)


def _problems(value: JSON, schema: Mapping[str, JSON] | None, name: str) -> Iterator[str]:
    """Say where a value does not fit; the schema was held to what can be checked when it came."""
    import jsonschema

    errors = jsonschema.Draft202012Validator(schema or {}).iter_errors(value)
    for error in islice(errors, _SHOWN):
        yield f"{path_text((name, *error.absolute_path))}: {error.message:.300}"
