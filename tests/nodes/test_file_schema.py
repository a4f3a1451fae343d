"""The schema for editors takes what loading takes, and points at the same mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from pocket.nodes.catalog import BUILTIN
from pocket.nodes.file_schema import workflow_file_schema

VALIDATOR = Draft202012Validator(workflow_file_schema())
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "workflows").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_example_workflows_fit(file: Path):
    assert list(VALIDATOR.iter_errors(yaml.safe_load(file.read_text()))) == []


@pytest.mark.parametrize("name", BUILTIN)
def test_the_examples_of_every_built_in_type_fit(name: str):
    for example in BUILTIN[name].metadata.examples:
        node = {"name": "a", "type": name, "config": example.config}
        assert VALIDATOR.is_valid({"name": "w", "nodes": [node]})


@pytest.mark.parametrize(
    "node",
    [
        {"name": "a"},
        {"name": "a", "type": "echo", "confg": {}},
        {"name": "a", "type": "echo", "config": {"mesage": ""}},
        {"name": "a", "type": "conditional"},
        {"name": "a", "type": "validate", "config": {"fail_on_error": "yes"}},
        {"name": "a", "type": "echo", "retry": {"max_attempts": "3"}},
    ],
)
def test_mistakes_do_not(node: dict):
    assert not VALIDATOR.is_valid({"name": "w", "nodes": [node]})


def test_an_empty_config_and_the_config_of_a_plugin_fit():
    nodes = [
        {"name": "a", "type": "echo", "config": None},
        {"name": "b", "type": "x", "config": {"y": 1}},
    ]
    assert VALIDATOR.is_valid({"name": "w", "nodes": nodes})
