"""What a plugin says of itself: taken apart, and held against its manifest."""

from __future__ import annotations

import contextlib

import pytest
from archives import MANIFEST
from hypothesis import given, settings
from hypothesis import strategies as st

from pocket.errors import InvalidOutput
from pocket.plugin.manifest import parse_manifest
from pocket.plugin.metadata import NodeMetadata, metadata_of_manifest, parse_metadata

GUEST = parse_manifest(MANIFEST, "manifest.yaml")
EXAMPLE = {"name": "one", "config": {"a": 1}, "input": [1], "output": None}
NODE = {
    "type": "main",
    "category": "ai",
    "description": "Does it",
    "configSchema": {"type": "object"},
    "inputSchema": None,
    "outputSchema": {"type": "array"},
    "examples": [EXAMPLE],
    "stream": True,
}


def test_an_answer_is_read_and_comes_back_as_it_was() -> None:
    answer = {"abi": 1, "functions": ["exec", "metadata"], "nodes": [NODE]}
    metadata = parse_metadata(answer, GUEST)
    assert metadata.functions == {"exec", "metadata"}
    assert metadata.nodes["main"].examples[0].config == {"a": 1}
    assert metadata.to_json() == answer


def test_what_an_answer_leaves_out_is_empty() -> None:
    metadata = parse_metadata({"nodes": [{"type": "main"}]}, GUEST)
    assert metadata.nodes == {"main": NodeMetadata("main")}


def test_a_plugin_that_does_not_answer_is_described_by_its_manifest() -> None:
    assert metadata_of_manifest(GUEST).nodes == {"main": NodeMetadata("main")}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "the answer is not an object"),
        ([], "the answer is not an object"),
        ({}, "nodes is not a list"),
        ({"nodes": {}}, "nodes is not a list"),
        ({"nodes": [7]}, "nodes[0] is not an object"),
        ({"nodes": [{}]}, "nodes[0].type is not a text"),
        ({"nodes": [NODE | {"category": 1}]}, "nodes[0].category is not a text"),
        ({"nodes": [NODE | {"configSchema": []}]}, "nodes[0].configSchema is not an object"),
        (
            {"nodes": [NODE | {"inputSchema": {"pattern": "(a+)+"}}]},
            "nodes[0].inputSchema: the keyword pattern is not taken from plugins",
        ),
        ({"nodes": [NODE | {"examples": [1]}]}, "nodes[0].examples[0] is not an object"),
        (
            {"nodes": [NODE | {"examples": [EXAMPLE | {"config": 1}]}]},
            "nodes[0].examples[0].config is not an object",
        ),
        ({"functions": "all", "nodes": [NODE]}, "functions is not a list"),
        ({"functions": [1], "nodes": [NODE]}, "functions[0] is not a text"),
        ({"nodes": []}, "nodes: the plugin has none, its manifest names main"),
        (
            {"nodes": [NODE, NODE | {"type": "other"}]},
            "nodes: the plugin has main, other, its manifest names main",
        ),
        ({"nodes": [NODE, NODE]}, "nodes: the plugin has main, its manifest names main"),
    ],
)
def test_an_answer_of_another_shape_is_refused_with_the_place(answer: object, problem: str) -> None:
    with pytest.raises(InvalidOutput) as raised:
        parse_metadata(answer, GUEST)
    assert str(raised.value) == f"plugin guest: its metadata is wrong: {problem}"
    assert raised.value.plugin == "guest"


def test_nodes_that_the_manifest_does_not_name_are_told_where_both_stand() -> None:
    with pytest.raises(InvalidOutput) as raised:
        parse_metadata({"nodes": [NODE | {"type": "other"}]}, GUEST)
    assert "under `nodes` in manifest.yaml" in (raised.value.hint or "")


def test_a_schema_that_is_refused_is_told_what_to_do_instead() -> None:
    with pytest.raises(InvalidOutput) as raised:
        parse_metadata({"nodes": [NODE | {"configSchema": {"pattern": "a"}}]}, GUEST)
    assert "let the node's own code check it" in (raised.value.hint or "")


@settings(derandomize=True, max_examples=100, deadline=2000)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.just("main"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["nodes", "functions", *NODE]), inner)
        ),
        max_leaves=15,
    )
)
def test_any_answer_is_taken_or_refused(answer: object) -> None:
    with contextlib.suppress(InvalidOutput):
        parse_metadata(answer, GUEST)
