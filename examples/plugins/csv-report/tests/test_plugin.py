"""Runs the plugin's code in CPython, without WebAssembly."""

import pytest
from plugin import nodes
from pocket_plugin.testing import run

rows, totals = nodes
EXAMPLES = [(node, example) for node in nodes for example in node.metadata["examples"]]


@pytest.mark.parametrize(
    ("node", "example"), EXAMPLES, ids=[example["name"] for _, example in EXAMPLES]
)
def test_an_example_is_what_the_plugin_gives(node: object, example: dict) -> None:
    assert run(node, example["input"], example.get("config")).output == example["output"]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("", []),
        ("a,b\r\n1,\r\n", [{"a": "1", "b": ""}]),
        ('a\n"x ""y"" z"\n', [{"a": 'x "y" z'}]),
        ('a,b\n"1\n2",3', [{"a": "1\n2", "b": "3"}]),
        ("a\n\n1\n", [{"a": "1"}]),
        ("a,b\n1,", [{"a": "1", "b": ""}]),
    ],
)
def test_csv_is_read_as_the_rfc_says(text: str, given: list) -> None:
    assert run(rows, {"text": text}).output == {"rows": given}


@pytest.mark.parametrize(
    ("text", "error"),
    [('a\n"1', "line 2: unexpected end of data"), ("a\n1,2", "record 2 has 2 fields for 1 names")],
)
def test_what_is_no_csv_is_an_error(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        run(rows, {"text": text})


def test_a_table_without_rows_goes_another_way() -> None:
    assert run(rows, {"text": "a,b\n"}).next == "empty"


def test_a_row_without_a_number_is_logged_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    given = run(totals, {"rows": [{"a": "x", "n": "?"}, {"n": "1"}]}, {"by": "a", "sum": "n"})
    assert given.output == {"totals": {}}
    assert "row 1 has no a or no number n" in caplog.text
