"""The example workflows that need no plugin do what their first lines say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pocket import Host
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


def test_a_filter_and_a_script_price_an_order(host: Host):
    workflow = Workflow.load(EXAMPLES / "scripts.yaml", host=host)
    assert workflow.warnings == ()
    order = json.loads((EXAMPLES / "scripts.json").read_text())
    said = "Ada pays 103.5 for books x2, pens x1; somebody calls"
    assert workflow.run(order).output == said
    order["customer"]["level"] = "none"
    order["lines"] = []
    assert workflow.run(order).output == "Ada pays 0 for "
