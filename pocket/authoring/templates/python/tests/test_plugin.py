"""Runs the plugin's code in CPython, without WebAssembly."""

import pytest
from plugin import nodes
from pocket_plugin.testing import run

[shout] = nodes


@pytest.mark.parametrize("example", shout.metadata["examples"], ids=lambda example: example["name"])
def test_an_example_is_what_the_plugin_gives(example: dict) -> None:
    assert run(shout, example["input"], example.get("config")).output == example["output"]


def test_an_input_without_text_is_an_error() -> None:
    with pytest.raises(TypeError, match="no text"):
        run(shout, {})
