"""The example workflows do what their first lines say."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from capability.loopback import response, site

from pocket import Host, Workflow
from pocket.plugin.package import read_package

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "workflows"
NAMES = sorted(file.stem for file in EXAMPLES.glob("*.yaml"))
PLUGINS = ("sentiment", "slugify", "statistics", "wordcount")
JSON_TYPE = [("Content-Type", "application/json")]

ORDER = {"id": "A1", "country": "FR", "items": [{"price": 12.5, "count": 2}, {"price": 1}]}
REPORT = """\
# Week 7

- Search is slow: 3.5 h, done
- Typo on the start page: 0.2 h, done
- New logo: 6.0 h

3 tickets, 9.8 hours.
"""
ANSWERS = {
    "/orders/A1": {"id": "A1", "total": 26},
    "/stock?order=A1": {"left": 3},
    "/rates": {"EUR": 0.5},
    "/items?page=1": {"items": ["a", "b"], "next": "/items?page=2"},
    "/items?page=2": {"items": ["c"], "next": "/items?page=3"},
    "/items?page=3": {"items": [], "next": None},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the examples, which some of them write to."""
    copy = tmp_path / "workflows"
    shutil.copytree(EXAMPLES, copy)
    return copy


@pytest.fixture
def stocked(host: Host) -> Host:
    """A host that has the plugins of the examples."""
    for name in PLUGINS:
        package = read_package(ROOT / "examples" / "plugins" / name)
        host.store.install(package, replace=True)
    return host


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The services that some examples ask; `/rates` has a cold the first time."""
    colds = ["/rates"]

    def answer(connection: Any, asked: Any) -> None:
        if asked.target in colds:
            colds.remove(asked.target)
            connection.sendall(response(b"", status=503))
        elif asked.target in ANSWERS:
            body = json.dumps(ANSWERS[asked.target]).encode()
            connection.sendall(response(body, headers=JSON_TYPE))
        else:
            connection.sendall(response(b"", status=404))

    with site(answer) as serving:
        monkeypatch.setenv("API", f"http://127.0.0.1:{serving.port}")
        monkeypatch.setenv("RATES", f"http://127.0.0.1:{serving.port}/rates")
        monkeypatch.delenv("GREETING", raising=False)
        yield


def value_of(example: str) -> Any:
    return json.loads((EXAMPLES / "inputs" / f"{example}.json").read_text())


def run(folder: Path, example: str, value: Any, host: Host) -> Any:
    workflow = Workflow.load(folder / f"{example}.yaml", host=host)
    assert workflow.warnings == ()
    return workflow.run(value)


OTHERS = {"order", "customer-feedback", "scripts", "errors-only"}
"""Tested one by one, `errors-only` with the streams."""
OUTPUTS: dict[str, Any] = {
    "all-pages": ["a", "b", "c"],
    "careful-fetch": {"amount": 5, "fresh": True},
    "check-download": "inputs/contacts.csv is what was published",
    "csv-clean-up": "cleaned/contacts.csv has 69 bytes",
    "greeting": {"message": "Ada was greeted in de", "input": "Guten Tag Ada", "node": "report"},
    "numbers": "3 numbers from 1 to 3.5, 2.17 on average, 6.5 together",
    "order-fan-out": {
        "answers": {"order": {"id": "A1", "total": 26}, "stock": {"left": 3}},
        "missing": ["advice"],
    },
    "publish-article": {
        "path": "articles/creme-brulee-twice.md",
        "minutes": 1,
        "tags": ["cream", "sugar", "burn"],
    },
    "sensor-average": "One room is 7.5 degrees above the rest",
    "ticket-desk": {"desk": "accounts", "text": "I paid twice"},
    "weekly-report": REPORT,
}


@pytest.mark.parametrize("example", sorted(OUTPUTS))
def test_an_example_gives_what_it_promises(folder: Path, stocked: Host, example: str):
    assert run(folder, example, value_of(example), stocked).output == OUTPUTS[example]


@pytest.mark.parametrize(
    ("example", "value", "output"),
    [
        ("order", ORDER, {"accepted": True, "id": "A1", "total": "26.00", "greeting": "Merci"}),
        ("order", {"id": "A1"}, {"accepted": False, "why": "'items' is a required property"}),
        (
            "customer-feedback",
            {"text": "I love it"},
            {
                "queue": "thanks",
                "feedback": "I love it",
                "reply": "Thank you! We are glad that you like it.",
                "score": 1 / 3,
            },
        ),
        (
            "check-download",
            {"file": "inputs/contacts.csv", "sha256": "0" * 64},
            "inputs/contacts.csv is not what was published",
        ),
        ("sensor-average", {"rooms": {"a": 20, "b": 21}}, "All rooms are near 20.5 degrees"),
        (
            "weekly-report",
            {"week": 1, "tickets": []},
            "# Week 1\n\nNothing happened.\n\n0 tickets, 0.0 hours.\n",
        ),
        (
            "ticket-desk",
            {"from": "ada", "topic": "tea", "text": "x"},
            {"desk": "front", "text": "x"},
        ),
        (
            "greeting",
            {"name": "Ada"},
            {"message": "Ada was greeted in English", "input": "Hello Ada", "node": "report"},
        ),
    ],
)
def test_another_input_takes_another_way(
    folder: Path, stocked: Host, example: str, value: Any, output: Any
):
    assert run(folder, example, value, stocked).output == output


def test_what_is_no_ticket_comes_back_with_what_is_wrong(folder: Path, stocked: Host):
    output = run(folder, "ticket-desk", {"from": "ada", "topic": "x"}, stocked).output
    assert list(output) == ["refused"]
    assert "'text' is a required property" in output["refused"]


def test_the_cleaned_file_has_each_contact_once(folder: Path, stocked: Host):
    run(folder, "csv-clean-up", value_of("csv-clean-up"), stocked)
    cleaned = (folder / "cleaned" / "contacts.csv").read_text()
    assert cleaned == ("name,email\nAda Lovelace,ada@example.com\nAlan Turing,alan@example.com\n")


def test_the_careful_one_tries_again_and_then_takes_what_it_knows(
    folder: Path, stocked: Host, monkeypatch: pytest.MonkeyPatch
):
    path = run(folder, "careful-fetch", value_of("careful-fetch"), stocked).path
    assert [(step.node, step.attempts, step.outcome) for step in path] == [
        ("rates", 2, "ok"),
        ("convert", 1, "ok"),
    ]
    monkeypatch.setenv("RATES", "http://127.0.0.1:1/rates")
    result = run(folder, "careful-fetch", value_of("careful-fetch"), stocked)
    assert result.output == {"amount": 9, "fresh": False}
    assert (result.path[0].attempts, result.path[0].outcome) == (3, "node-unavailable")


def test_every_example_is_listed_says_how_to_run_it_and_is_tested():
    readme = (EXAMPLES / "README.md").read_text()
    assert re.findall(r"^\| \[([\w-]+)\]\(\1\.yaml\)", readme, re.MULTILINE) == NAMES
    for name in NAMES:
        text = (EXAMPLES / f"{name}.yaml").read_text()
        assert text.startswith("# ")
        assert re.search(rf"^#   (\w+=\S+ )?pocket run {name}\.yaml", text, re.MULTILINE), name
        assert name in OUTPUTS or name in OTHERS


def test_a_filter_and_a_script_price_an_order(host: Host):
    workflow = Workflow.load(EXAMPLES / "scripts.yaml", host=host)
    assert workflow.warnings == ()
    order = json.loads((EXAMPLES / "scripts.json").read_text())
    said = "Ada pays 103.5 for books x2, pens x1; somebody calls"
    assert workflow.run(order).output == said
    order["customer"]["level"] = "none"
    order["lines"] = []
    assert workflow.run(order).output == "Ada pays 0 for "
