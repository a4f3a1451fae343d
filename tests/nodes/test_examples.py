"""Every built-in node type keeps the promises of its own metadata."""

from __future__ import annotations

import jsonschema
import pytest

from nodes.conftest import Hosted
from pocket.nodes.catalog import BUILTIN
from pocket.plugin.metadata import Example, NodeMetadata

ELSEWHERE = {"http"}
"""Types whose own tests run the examples, because a server has to answer."""
EXAMPLES = [
    pytest.param(builtin.metadata, example, id=f"{name}-{example.name}")
    for name, builtin in BUILTIN.items()
    for example in builtin.metadata.examples
    if name not in ELSEWHERE
]


@pytest.mark.parametrize(("metadata", "example"), EXAMPLES)
def test_an_example_gives_what_it_promises(
    hosted: Hosted, metadata: NodeMetadata, example: Example
):
    output = hosted(metadata.type, example.input, name="greet", **example.config).output
    assert _without_time(output) == _without_time(example.output)
    if metadata.output_schema is not None:
        jsonschema.validate(output, metadata.output_schema)


@pytest.mark.parametrize("name", BUILTIN)
def test_a_type_describes_itself(name: str):
    metadata = BUILTIN[name].metadata
    assert metadata.type == name
    assert metadata.category
    assert metadata.description
    assert metadata.examples
    jsonschema.Draft202012Validator.check_schema(metadata.config_schema)
    assert metadata.config_schema["additionalProperties"] is False
    described = metadata.config_schema["properties"].values()
    assert all(inner.get("description") for inner in described)


VARYING = {"duration", "modified", "timestamp"}
"""What is another at each run."""


def _without_time(output):
    if not isinstance(output, dict):
        return output
    return {key: value for key, value in output.items() if key not in VARYING}
