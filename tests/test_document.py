"""YAML as Pocket reads it: plain JSON values, each with its place, and nothing surprising."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pocket.document import Document, parse_document, path_text
from pocket.errors import InvalidDocument, InvalidManifest
from pocket.schema import schema_problems


def parse(text: str | bytes) -> Document:
    return parse_document(text, "file.yaml", error=InvalidManifest)


def problems_of(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidManifest) as raised:
        parse(text)
    return [str(problem) for problem in raised.value.problems]


@given(st.text(max_size=80) | st.text("{}[]:-,&*!|>'\"#%@ \n\ta1.~?", max_size=40))
def test_no_text_raises_anything_but_the_error_that_was_asked_for(text: str) -> None:
    with contextlib.suppress(InvalidManifest):
        parse(text)


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_but_the_error_that_was_asked_for(data: bytes) -> None:
    with contextlib.suppress(InvalidManifest):
        parse(data)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


def _sensible(value: Any) -> bool:
    return "\x85" not in repr(value) and "\\ud" not in repr(value) and "\\x85" not in repr(value)


@given(_VALUES.filter(_sensible))
def test_values_that_are_dumped_are_read_back(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=False)
    assert parse(text).data == value


def test_every_value_and_key_has_its_place() -> None:
    document = parse("a: 1\nb:\n  - x: yes\n    y: 100MB\n  - 2.5\n")
    assert document.data == {"a": 1, "b": [{"x": "yes", "y": "100MB"}, 2.5]}
    assert str(document.place(("b", 0, "y"))) == "file.yaml:4:8"
    assert str(document.place(("b", 0, "y"), key=True)) == "file.yaml:4:5"
    assert str(document.place(("b", 1))) == "file.yaml:5:5"
    assert str(document.place(("b", 0, "z", "deeper"))) == "file.yaml:3:5"


@pytest.mark.parametrize("text", ["on", "yes", "no", "2026-11-23", "12:30:45", "1_000", "0x1F"])
def test_what_yaml_1_1_would_change_stays_a_text(text: str) -> None:
    assert parse(text).data == text


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse(b"\xef\xbb\xbfa: 1").data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1", "file.yaml:2:1: did not find expected ',' or ']' (while parsing"),
        ("a: 1\na: 2", "file.yaml:2:1: the key 'a' stands here twice, first in line 1"),
        ("a: &x 1", "file.yaml:1:4: anchors are not allowed"),
        ("a: *x", "file.yaml:1:4: aliases are not allowed"),
        ("!!python/object:os.system a", "file.yaml:1:1: the tag tag:yaml.org,2002:python"),
        (b"a: \xff", "file.yaml:1:4: not UTF-8: byte 3"),
        ("", "file.yaml:1:1: the file is empty"),
        ("# only a comment", "file.yaml:1:1: the file is empty"),
        ("a: .nan", "file.yaml:1:4: .nan is no number of JSON"),
        ("a: 1e999", "file.yaml:1:4: 1e999 is too large"),
        ("--- 1\n--- 2", "file.yaml:2:1: a second document begins"),
        ("? [a]\n: b", "file.yaml:1:3: a key has to be a text"),
    ],
)
def test_what_is_refused_is_named_with_its_place(text: str | bytes, problem: str) -> None:
    (found,) = problems_of(text)
    assert found.startswith(problem)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    begun = time.monotonic()
    assert "nested more than 64 deep" in problems_of(text)[0]
    assert time.monotonic() - begun < 2


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    assert "more than 1048576 bytes" in problems_of("a" * (1 << 20) + "b")[0]


def test_a_large_file_is_read_in_a_moment() -> None:
    begun = time.monotonic()
    assert len(parse("- abcdefgh\n" * 90_000).data) == 90_000  # type: ignore[arg-type]
    assert time.monotonic() - begun < 10


def test_paths_are_written_as_people_do() -> None:
    assert path_text(("nodes", 0, "config", "if")) == "nodes[0].config.if"


def test_schema_problems_come_in_order_with_place_path_and_hint() -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {"name": {"type": "string"}, "size": {"enum": ["s", "m"], "x-hint": "try s"}},
    }
    document = parse("size: xl\nnmae: a\n")
    found = schema_problems(document, schema)  # type: ignore[arg-type]
    assert [(str(problem), problem.hint) for problem in found] == [
        ("file.yaml:1:1: 'name' is missing", None),
        ("file.yaml:1:7: size: 'xl' is none of s, m", "try s"),
        ("file.yaml:2:1: nmae: unknown key", "did you mean 'name'?"),
    ]


def test_what_is_wrong_with_a_long_value_is_said_all_the_same() -> None:
    document = parse(f"list: [{'x, ' * 99}x]\ntext: {'y' * 999}\n")
    for schema, message in (
        ({"properties": {"list": {"maxItems": 98}}}, "list: 100 items are too many, at most 98"),
        ({"properties": {"list": {"minItems": 101}}}, "is too short"),
        ({"properties": {"text": {"maxLength": 3}}}, "is too long"),
    ):
        [problem] = schema_problems(document, schema)  # type: ignore[arg-type]
        assert message in str(problem)
        assert len(str(problem)) < 200


def test_the_error_class_is_the_callers() -> None:
    with pytest.raises(InvalidDocument):
        parse_document("", "x", error=InvalidDocument)
