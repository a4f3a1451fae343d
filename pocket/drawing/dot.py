"""A picture for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from pocket.drawing.picture import Box, Picture, Way


def dot(picture: Picture) -> Iterator[str]:
    """Give the lines of a digraph."""
    ids: dict[str | None, str] = {
        box.name: f"n{index}" for index, box in enumerate(picture.boxes)
    } | {None: "start"}
    yield f"digraph {_quoted(picture.name)} {{"
    yield "    node [shape=box]"
    yield '    start [shape=circle, label=""]'
    for box in picture.boxes:
        label = _quoted(f"{box.name}\n{box.type}")
        yield f"    {ids[box.name]} [label={label}{_style(box)}]"
    for way in picture.ways:
        said = ", ".join(_said(way))
        yield f"    {ids[way.source]} -> {ids[way.target]}{f' [{said}]' if said else ''}"
    yield "}"


def _style(box: Box) -> str:
    if not box.visits:
        return ""
    line, fill = ("#b3261e", "#fbe3e4") if box.failed else ("#1f7a3a", "#e3f4e7")
    return f', style=filled, color="{line}", fillcolor="{fill}"'


def _said(way: Way) -> Iterator[str]:
    text = way.label + (f" x{way.times}" if way.times > 1 else "")
    if text:
        yield f"label={_quoted(text.strip())}"
    if way.times:
        yield 'color="#1f7a3a", penwidth=3'


def _quoted(text: str) -> str:
    """Quote a text; a line end is one in the picture, too, and an entity like `&lt;` is none."""
    plain = "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)
    plain = plain.replace("&", "&amp;")
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
