"""JSON that a stranger wrote: how much of it is too much, and that long documents read as short ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket import foreign_json
from pocket._wire import loads as read
from pocket.foreign_json import TooManyParts, loads

if TYPE_CHECKING:
    from pocket.document import JSON

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda within: st.lists(within) | st.dictionaries(st.text(), within),
    max_leaves=30,
)
PLENTY = 1 << 40


def parts(value: JSON) -> int:
    if isinstance(value, list):
        return 1 + sum(map(parts, value))
    if isinstance(value, dict):
        return 1 + sum(1 + parts(within) for within in value.values())
    return 0


def outcome(reader: object, data: bytes) -> object:
    try:
        return reader(data)  # type: ignore[operator]
    except ValueError:
        return ValueError


@given(VALUES)
def test_a_long_document_reads_as_a_short_one(value: JSON) -> None:
    import json

    data = json.dumps(value).encode()
    assert read(data, PLENTY) == orjson.loads(data)
    assert repr(read(data, PLENTY)) == repr(orjson.loads(data))


@given(VALUES, st.integers(0, 1 << 20), st.binary(max_size=3))
def test_what_is_no_json_is_none_by_either_reader(value: JSON, at: int, put: bytes) -> None:
    data = orjson.dumps(value) if not _is_large(value) else b"{}"
    at %= len(data) + 1
    broken = data[:at] + put + data[at + len(put) :]
    assert outcome(lambda data: read(data, PLENTY), broken) == outcome(orjson.loads, broken)


def _is_large(value: JSON) -> bool:
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:  # an integer of more than 64 bits
        return True
    return False


@pytest.mark.parametrize(
    "text",
    [
        "1e400",
        "-",
        "01",
        "1.",
        "[1,]",
        "NaN",
        '"\\ud800"',
        '"\x01"',
        "\ufeff1",
        "",
        " ",
        "1 2",
        "{1:2}",
        "'a'",
    ],
)
def test_the_odd_ones_are_refused_by_either_reader(text: str) -> None:
    data = text.encode()
    assert outcome(orjson.loads, data) is ValueError
    assert outcome(lambda data: read(data, PLENTY), data) is ValueError


@given(VALUES)
def test_the_count_is_exact(value: JSON) -> None:
    import json

    data, most = json.dumps(value).encode(), parts(value)
    read(data, most)
    if most:
        with pytest.raises(OverflowError):
            read(data, most - 1)


def test_nesting_ends_where_that_of_short_documents_does() -> None:
    def nested(depth: int) -> bytes:
        return b"[" * depth + b"]" * depth

    deepest = max(
        depth
        for depth in range(1000, 1100)
        if outcome(orjson.loads, nested(depth)) is not ValueError
    )
    assert outcome(lambda data: read(data, PLENTY), nested(deepest)) is not ValueError
    assert outcome(lambda data: read(data, PLENTY), nested(deepest + 1)) is ValueError
    assert outcome(lambda data: read(data, PLENTY), b"[" * 10_000_000) is ValueError


@given(st.text("[{:a\n"), st.integers(0, 40))
def test_the_count_is_exact_however_many_marks_there_are(text: str, limit: int) -> None:
    data = text.encode()
    expected = sum(data.count(mark) for mark in (b"[", b"{", b":"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign_json, "_RARE", 3)
        patch.setattr(foreign_json, "MAX_PARTS", limit)
        refused = False
        try:
            loads(data)
        except TooManyParts:
            refused = True
        except ValueError:
            pass  # not JSON, which is found out only after counting
    assert refused == (expected > limit and len(data) > limit)


@pytest.mark.parametrize("mark", ["[", "{", ":"])
def test_the_limit_is_the_same_for_every_mark_and_wherever_it_stands(mark: str) -> None:
    most = foreign_json.MAX_PARTS
    allowed = b'"' + b" " * 5_000_000 + mark.encode() * most + b'"'
    assert len(loads(allowed)) == most + 5_000_000
    with pytest.raises(TooManyParts):
        loads(allowed[:-1] + mark.encode() + b'"')
