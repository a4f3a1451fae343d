"""The example workflows that need no plugin do what their first lines say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pocket.flow import Workflow

EXAMPLES = Path(__file__).parents[2] / "examples" / "workflows"

ORDER = {"id": "A1", "country": "FR", "items": [{"price": 12.5, "count": 2}, {"price": 1}]}


@pytest.mark.parametrize(
    ("example", "value", "output"),
    [
        ("order", ORDER, {"accepted": True, "id": "A1", "total": "26.00", "greeting": "Merci"}),
        ("order", {"id": "A1"}, {"accepted": False, "why": "'items' is a required property"}),
    ],
)
def test_an_example_gives_what_it_promises(example, value, output):
    workflow = Workflow.load(EXAMPLES / f"{example}.yaml")
    assert workflow.warnings == ()
    assert workflow.run(value).output == output


@pytest.mark.parametrize(
    ("value", "greeting"),
    [({"name": "Ada", "language": "de"}, "Guten Tag Ada"), ({"name": "Ada"}, "Hello Ada")],
)
def test_people_are_greeted_in_their_language(value, greeting, monkeypatch):
    monkeypatch.delenv("GREETING", raising=False)
    workflow = Workflow.load(EXAMPLES / "greeting.yaml")
    assert workflow.run(value).output["input"] == greeting
