"""Errors of plugins tell where they were made, in the author's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

import pocket

SENTIMENT = Path(__file__).parents[2] / "examples" / "plugins" / "sentiment"


def test_an_error_of_typescript_names_the_line_that_its_author_wrote(host: pocket.Host) -> None:
    with pytest.raises(pocket.PluginError) as caught:
        host.load(SENTIMENT).call("sentiment", {"text": 3})
    (frame,) = caught.value.stack
    assert frame.function == "exec"
    assert frame.place is not None
    assert frame.place.path == "src/sentiment-analyzer.ts"
    lines = (SENTIMENT / frame.place.path).read_text().splitlines()
    assert "new TypeError('the input has no text')" in lines[(frame.place.line or 0) - 1]
