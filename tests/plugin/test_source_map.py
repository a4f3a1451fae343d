"""Source maps: places found through the maps that esbuild writes, and whatever else is in a map."""

from __future__ import annotations

import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket.errors import Place, StackFrame
from pocket.plugin.source_map import MAX_MAPPINGS, SourceMap
from pocket.plugin.stack import MAX_FRAMES, Stack

# Line 2 of the script: column 0 is b.ts:1:1, column 4 is a.ts:11:3, column 8 is nobody's.
MAP = {"version": 3, "sources": ["b.ts", "a.ts"], "names": [], "mappings": ";AAAA,ICUE,I"}


def source_map(**fields: object) -> bytes:
    return orjson.dumps(MAP | fields)


def find(place: tuple[int, int], **fields: object) -> Place | None:
    read = SourceMap.read(source_map(**fields))
    assert read is not None
    return read.find({place}).get(place)


@pytest.mark.parametrize(
    ("place", "original"),
    [
        ((2, 1), Place("b.ts", 1, 1)),
        ((2, 4), Place("b.ts", 1, 1)),
        ((2, 5), Place("a.ts", 11, 3)),
        ((2, 8), Place("a.ts", 11, 3)),
        ((1, 1), None),
        ((3, 1), None),
    ],
)
def test_a_place_is_that_of_the_nearest_segment_before_it(place, original) -> None:
    assert find(place) == original


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        source_map(version=2),
        source_map(sources=None),
        source_map(mappings=7),
        source_map(mappings="A" * (MAX_MAPPINGS + 1)),
        b'{"sections": []}',
    ],
)
def test_what_is_no_map_is_none(data) -> None:
    assert SourceMap.read(data) is None


@pytest.mark.parametrize(
    "mappings", [";AAAA,!", ";A,AA", ";AAAA,,", ";g", ";AAAgggggggggC", ";ééé"]
)
def test_a_malformed_map_knows_no_place(mappings) -> None:
    assert find((2, 1), mappings=mappings) is None


def test_a_source_that_is_not_there_is_no_place() -> None:
    assert find((2, 1), sources=[]) is None
    assert find((2, 1), sources=[None]) is None
    assert find((2, 1), mappings=";AADA") is None


def test_a_place_behind_a_segment_of_no_source_is_nobody_s() -> None:
    assert find((2, 9)) is None
    assert find((2, 10)) is None


def own(name: str) -> bool:
    return name == "a.ts"


def test_a_map_of_some_sources_knows_no_place_in_another() -> None:
    read = SourceMap.read(source_map(mappings=";AAAA,ICUE,IDAA,IAAA,ICAA;;AAAA"))
    assert read is not None
    kept = SourceMap.read(read.only(own).write())
    assert kept is not None
    assert kept.sources == ("a.ts",)
    assert kept.mappings == ";IAUE,I,QAAA;;AAAA"
    places = {(line, column) for line in range(1, 6) for column in range(1, 30)}
    theirs = {place: found for place, found in read.find(places).items() if found.path == "a.ts"}
    assert kept.find(places) == theirs


@given(st.text(alphabet="ACDEgz9+/;,", max_size=200))
def test_a_map_of_all_sources_finds_the_same(mappings: str) -> None:
    read = SourceMap.read(source_map(mappings=mappings))
    assert read is not None
    places = {(line, column) for line in range(1, 5) for column in range(1, 100)}
    try:
        kept = read.only(lambda name: True)
    except ValueError:
        return
    assert kept.find(places) == read.find(places)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything(data: bytes) -> None:
    Stack.read([{"function": "f", "file": "plugin.js", "line": 1, "column": 1}], data).find()


@given(st.text(alphabet="ACDEgz9+/;,!é", max_size=200), st.lists(st.none() | st.text(), max_size=3))
def test_no_mappings_raise_anything(mappings: str, sources: list[str | None]) -> None:
    for line in range(1, 5):
        place = find((line, 3), mappings=mappings, sources=sources)
        assert place is None or (place.line or 0) >= 1


def test_the_largest_map_that_is_read_takes_seconds_at_most() -> None:
    begun = time.monotonic()
    find((1 << 30, 1), mappings="AAAA," * (MAX_MAPPINGS // 5 - 1) + "AAAA")
    find((1 << 30, 1), mappings=";" * MAX_MAPPINGS)
    assert time.monotonic() - begun < 20


FRAME = {"function": "exec", "file": "plugin.js", "line": 2, "column": 5}


def test_frames_of_the_script_are_shown_in_the_authors_files() -> None:
    frames = Stack.read([FRAME, FRAME | {"file": "<input>"}], source_map()).find()
    assert list(map(str, frames)) == ["exec (a.ts:11:3)", "exec (<input>:2:5)"]


def test_frames_without_a_map_stay_what_the_plugin_said() -> None:
    assert Stack.read([FRAME], None).find() == (StackFrame("exec", Place("plugin.js", 2, 5)),)


def test_frames_of_the_sdk_are_left_out_unless_there_are_no_others() -> None:
    of_sdk = FRAME | {"file": "node_modules/@pocket/plugin-sdk/dist/define.js"}
    own = FRAME | {"file": "node_modules/@pocketknife/blade.js"}
    assert len(Stack.read([FRAME, of_sdk, own], source_map()).find()) == 2
    assert len(Stack.read([of_sdk, of_sdk], None).find()) == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["function", "file", "line", "column"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(ANYTHING)
def test_whatever_a_plugin_says_under_stack_gives_frames(said) -> None:
    for frame in Stack.read(said, source_map()).find():
        assert str(frame)


def test_only_so_many_frames_and_characters_are_kept() -> None:
    frames = Stack.read([FRAME | {"function": "f" * 10_000}] * 10_000, None).find()
    assert len(frames) == MAX_FRAMES
    assert len(frames[0].function) < 1000


def test_nothing_that_a_terminal_obeys_is_in_the_name_of_a_source() -> None:
    place = find((2, 1), sources=["\x1b[31mb.ts\n", "a.ts"])
    assert place == Place("\\x1b[31mb.ts\\x0a", 1, 1)
