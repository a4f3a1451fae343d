"""The picture that Pocket draws itself: in order, whole, and with the way that a run took."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from cli.conftest import Terminal, terminal
from hypothesis import given
from hypothesis import strategies as st

from pocket.drawing.footprint import Footprint
from pocket.drawing.layout import layout
from pocket.drawing.picture import Box, Picture, Way
from pocket.drawing.svg import svg
from pocket.errors import InvalidInput

__all__ = ["terminal"]

SVG = "{http://www.w3.org/2000/svg}"
NODES = [f"n{index}" for index in range(9)]
GRAPHS = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=20, unique=True
)


def parsed(picture: Picture) -> ET.Element:
    return ET.fromstring("\n".join(svg(picture)))


def boxes(root: ET.Element) -> list[tuple[float, float, float, float]]:
    found = [rect.attrib for rect in root.iter(f"{SVG}rect") if rect.get("class") == "box"]
    numbers = [[float(at[key]) for key in ("x", "y", "width", "height")] for at in found]
    return [(x, y, x + width, y + height) for x, y, width, height in numbers]


@given(GRAPHS)
def test_no_box_covers_another_or_leaves_the_sheet(edges: list[tuple[str, str]]) -> None:
    ways = (Way(None, NODES[0]), *(Way(*ends, "label") for ends in edges))
    root = parsed(Picture("w", tuple(Box(name, "type") for name in NODES), ways))
    found = boxes(root)
    assert len(found) == len(NODES)
    for (x1, y1, x2, y2), (a1, b1, a2, b2) in combinations(found, 2):
        assert x2 <= a1 or a2 <= x1 or y2 <= b1 or b2 <= y1
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(x1 >= 0 and y1 >= 0 and x2 <= width and y2 <= height for x1, y1, x2, y2 in found)
    assert len([path for path in root.iter(f"{SVG}path") if path.get("class") == "way"]) == len(
        ways
    )


@given(GRAPHS)
def test_a_way_goes_from_layer_to_layer_and_only_loops_go_up(edges: list[tuple[str, str]]) -> None:
    placed = layout(NODES, edges, dict.fromkeys(NODES, 50.0), 10)
    layer_of = {member: n for n, layer in enumerate(placed.layers) for member in layer}
    for (source, target), bend in zip(edges, placed.bends, strict=True):
        if source == target:
            assert bend == []
            continue
        assert (bend[0], bend[-1]) == (source, target)
        assert all(abs(layer_of[a] - layer_of[b]) == 1 for a, b in pairwise(bend))
        if layer_of[target] < layer_of[source]:
            assert reaches(edges, target, source)
    for layer in placed.layers:
        at = [placed.x[member] for member in layer]
        assert at == sorted(at)


def reaches(edges: list[tuple[str, str]], source: str, target: str) -> bool:
    seen, waiting = set(), [source]
    while waiting:
        node = waiting.pop()
        seen.add(node)
        waiting += [to for at, to in edges if at == node and to not in seen]
    return target in seen


NASTY = 'x"><script>&amp;\x00\x1b[2J \n ]]> é 漢字 ' + "long " * 20


def test_no_name_breaks_out_of_its_place() -> None:
    picture = Picture(NASTY, (Box(NASTY, NASTY),), (Way(None, NASTY), Way(NASTY, NASTY, NASTY)))
    root = parsed(picture)
    assert not list(root.iter(f"{SVG}script"))
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert [text[:12] for text in texts] == ['x"><script>&'] * 3
    assert all(len(text) <= 60 for text in texts)


FILE = """\
name: looped
nodes:
  - {name: ask, type: template, config: {template: '{"n": {{json .n}}}', output_format: json}}
  - {name: again, type: conditional, config: {conditions: [{if: "{{lt .n 3}}", then: more}], else: last}}
  - {name: more, type: template, config: {template: '{"n": {{add .n 1}}}', output_format: json}}
  - {name: last, type: template, config: {template: '{{fail "no"}}'}}
  - {name: never, type: echo}
connections:
  - {from: ask, to: again}
  - {from: more, to: again}
  - {from: last, to: never}
"""


def test_a_trace_shows_where_a_run_went(terminal: Terminal) -> None:
    (terminal.folder / "w.yaml").write_text(FILE)
    ran = terminal.run("run", "w.yaml", "-i", '{"n": 1}', "--trace", "run.jsonl")
    assert ran.returncode == 30
    drawn = terminal.run("graph", "w.yaml", "-f", "svg", "--trace-file", "run.jsonl")
    assert drawn.stderr == ""
    root = ET.fromstring(drawn.stdout)
    fates = {
        group.find(f"{SVG}title").text: group.get("class")
        for group in root.iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
    }
    assert fates == {
        "ask (template)": "done",
        "again (conditional)": "done",
        "more (template)": "done",
        "last (template)": "failed",
        "never (echo)": "untaken",
    }
    ways = [g.get("class") for g in root.iter(f"{SVG}g") if g.find(f"{SVG}path") is not None]
    assert (ways.count("taken"), ways.count("untaken")) == (5, 1)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("\N{MULTIPLICATION SIGN}2") == 2
    assert any(text.startswith("conditional, ") and text.endswith(", 3 visits") for text in texts)
    mermaid = terminal.run("graph", "w.yaml", "--trace-file", "run.jsonl").stdout.splitlines()
    assert '    n3["last<br/>template"]:::failed' in mermaid
    assert "    linkStyle 0,1,2,3,4 stroke:#1f7a3a,stroke-width:3px" in mermaid
    dot = terminal.run("graph", "w.yaml", "-f", "dot", "--trace-file", "run.jsonl").stdout
    assert '    n2 -> n1 [label="x2", color="#1f7a3a", penwidth=3]' in dot


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{}", "t.jsonl:2: this is no step of a trace"),
        (b"no", "t.jsonl:2: this is no step of a trace"),
        (b"[" * 100_000, "t.jsonl:2: this is no step of a trace"),
        (b'{"run": 1, "node": 2}', "t.jsonl:2: this is no step of a trace"),
        (b"\xff", "t.jsonl: not UTF-8"),
        (
            json.dumps(
                {"run": 1, "node": "b", "action": "", "outcome": "ok", "duration_us": 1}
            ).encode(),
            "t.jsonl:2: the workflow has no node 'b'",
        ),
    ],
)
def test_what_is_no_trace_of_the_workflow_is_refused(
    tmp_path: Path, line: bytes, said: str
) -> None:
    file = tmp_path / "t.jsonl"
    good = {"run": 1, "node": "a", "action": "default", "outcome": "ok", "duration_us": 1}
    file.write_bytes(json.dumps(good).encode() + b"\n" + line + b"\n")
    with pytest.raises(InvalidInput) as raised:
        Footprint.read(file, ["a"])
    assert said in str(raised.value)
