"""`pocket graph` draws the ways of a workflow, whatever its names are."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pocket.drawing.dot import dot
from pocket.drawing.mermaid import mermaid
from pocket.drawing.picture import Box, Picture, Way
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


TRICKY = [
    *("plain", 'say "hi"', "a[b]{c}(d)", "end", "subgraph", "<b>bold</b>", "two\nlines", "#35;"),
    *(
        "&amp; &lt;",
        "a;b",
        "a|b",
        "--> x",
        "\\n",
        "\\N \\G",
        "%% {",
        "$$x^2$$",
        "fa:fa-car",
        "1. one",
    ),
    *("`code`", "\N{GRINNING FACE}", "\u6f22\u5b57", "<script>alert(1)</script>", "x" * 80),
]
TRICKY_PICTURE = Picture(
    'tricky "name"\n;',
    tuple(Box(name, name) for name in TRICKY),
    (Way(None, TRICKY[0]), *(Way(a, b, b) for a, b in pairwise(TRICKY))),
)


def test_graphviz_shows_every_name_as_it_is() -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed: its `dot` is what would read the picture")
    made = subprocess.run(
        ["dot", "-Tsvg"],
        input="\n".join(dot(TRICKY_PICTURE)),
        capture_output=True,
        text=True,
        check=True,
    )
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", made.stdout)
    texts = Counter(html.unescape(text).replace("\xa0", " ") for text in shown)
    for name in TRICKY[1:]:
        for line in name.split("\n"):
            assert texts[line] == 3, f"{line!r} stands in a box twice and at a way"


@given(st.text(min_size=1))
@example("\\n")
@example("$$x^2$$")
@example("fa:fa-car")
def test_mermaid_finds_nothing_in_a_name_to_act_on(name: str) -> None:
    """Mermaid 11 acts on these also where they are written as numbers, before it shows a label."""
    line = list(mermaid(Picture("p", (Box(name, "echo"),), ())))[1]
    label = line.removeprefix('    n0["').removesuffix('<br/>echo"]')
    decoded = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    assert re.fullmatch(r"(?:[^\W_]|[ ._-]|#\d+;)+", label)
    assert not re.search(r"\\n|\$\$|fa[a-z]?:fa-", decoded)
    assert decoded.replace("\N{WORD JOINER}", "") == name.replace("\N{WORD JOINER}", "")
