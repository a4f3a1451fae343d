"""`pocket graph` draws the ways of a workflow, whatever its names are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pocket.drawing.dot import dot
from pocket.drawing.mermaid import mermaid
from pocket.drawing.picture import Picture
from pocket.flow import Workflow

FILE = """\
name: drawn
start: choose
nodes:
  - name: choose
    type: conditional
    config: {conditions: [{if: "{{.ok}}", then: good}], else: other}
    fallback: {node: last}
  - {name: good, type: echo}
  - {name: last, type: echo}
connections:
  - {from: choose, to: last, action: other}
  - {from: good, to: last}
"""

NASTY = 'x"] --> y; \\n "end" -->|a| <b>#\n[click] `%%{`'


def drawn(tmp_path: Path, text: str) -> Picture:
    (tmp_path / "w.yaml").write_text(text)
    workflow = Workflow.load(tmp_path / "w.yaml")
    return Picture.of(workflow.spec, workflow.routes)


def test_mermaid_has_nodes_with_their_types_and_ways_with_their_actions(tmp_path):
    assert list(mermaid(drawn(tmp_path, FILE))) == [
        "flowchart TD",
        "    start(( )) --> n0",
        '    n0["choose<br/>conditional"]',
        '    n1["good<br/>echo"]',
        '    n2["last<br/>echo"]',
        "    n0 --> n1",
        '    n0 -->|"other#44; error"| n2',
        "    n1 --> n2",
    ]


def test_dot_has_the_same(tmp_path):
    assert list(dot(drawn(tmp_path, FILE))) == [
        'digraph "drawn" {',
        "    node [shape=box]",
        '    start [shape=circle, label=""]',
        '    n0 [label="choose\\nconditional"]',
        '    n1 [label="good\\necho"]',
        '    n2 [label="last\\necho"]',
        "    start -> n0",
        "    n0 -> n1",
        '    n0 -> n2 [label="other, error"]',
        "    n1 -> n2",
        "}",
    ]


@pytest.mark.parametrize("draw", [mermaid, dot])
def test_no_name_breaks_out_of_its_label(tmp_path, draw):
    plain = list(draw(drawn(tmp_path, FILE)))
    named = FILE.replace("good", json.dumps(NASTY)).replace("drawn", json.dumps(NASTY))
    lines = list(draw(drawn(tmp_path, named)))
    assert len(lines) == len(plain)
    for line in lines:
        without = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert re.fullmatch(r"[\w\s\[\](){}=,>|-]*", without), line
