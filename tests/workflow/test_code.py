"""Mistakes in a program are said at their place in the file that has the program."""

from __future__ import annotations

import pytest

from pocket.document import parse_document
from pocket.errors import InvalidWorkflow
from pocket.workflow.code import Code

BLOCK = "a:\n  code: |\n    first\n      second\n\n    third\n"


def inline(text: str) -> Code:
    document = parse_document(text, "file.yaml", error=InvalidWorkflow)
    return Code.inline(document.data["a"]["code"], document, ("a", "code"))


@pytest.mark.parametrize(
    ("word", "place"),
    [("first", "file.yaml:3:5"), ("second", "file.yaml:4:7"), ("third", "file.yaml:6:5")],
)
def test_a_place_in_a_block(word: str, place: str):
    code = inline(BLOCK)
    assert str(code.problem("no", code.text.index(word))) == f"{place}: a.code: no"


def test_the_end_of_a_block_is_the_end_of_its_last_line():
    code = inline(BLOCK)
    assert str(code.problem("no", len(code.text)).place) == "file.yaml:6:10"


@pytest.mark.parametrize("written", ['"x\\ny"', "x y", "'x''y'", ">\n    x\n    y"])
def test_a_place_in_what_is_no_block_is_where_it_begins(written: str):
    code = inline(f"a:\n  code: {written}\n")
    assert str(code.problem("no", 2).place) == "file.yaml:2:9"


def test_a_block_may_begin_with_an_empty_line():
    code = inline("a:\n  code: |\n\n    x\n")
    assert str(code.problem("no", code.text.index("x")).place) == "file.yaml:4:5"


def test_a_place_in_a_file_of_its_own():
    code = Code.of_file("x\ny z\n", "lib/x.lua", ("a", "file"))
    assert str(code.problem("no", 4)) == "lib/x.lua:2:3: a.file: no"
