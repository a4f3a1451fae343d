"""A picture for Mermaid, which Markdown viewers draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pocket.drawing.picture import Picture, Way

# Mermaid takes `\n` for a line end, `$$` for mathematics and `fa:fa-` for an icon even where the
# characters are written by their numbers. What takes no room on the screen keeps them apart.
_BEGINS_SOMETHING: Final = "\\$:"
_WORD_JOINER: Final = "#8288;"


def mermaid(picture: Picture) -> Iterator[str]:
    """Give the lines of a flowchart."""
    ids = {box.name: f"n{index}" for index, box in enumerate(picture.boxes)}
    yield "flowchart TD"
    for way in picture.ways:
        if way.source is None:
            yield f"    start(( )) --> {ids[way.target]}"
    for box in picture.boxes:
        style = f":::{'failed' if box.failed else 'done'}" if box.visits else ""
        yield f'    {ids[box.name]}["{_quoted(box.name)}<br/>{_quoted(box.type)}"]{style}'
    for way in picture.ways:
        if way.source is not None:
            label = _label(way)
            yield f"    {ids[way.source]} -->{label} {ids[way.target]}"
    if picture.traced:
        yield "    classDef done fill:#e3f4e7,stroke:#1f7a3a,stroke-width:2px"
        yield "    classDef failed fill:#fbe3e4,stroke:#b3261e,stroke-width:2px"
        taken = ",".join(str(index) for index, way in enumerate(picture.ways) if way.times)
        yield f"    linkStyle {taken} stroke:#1f7a3a,stroke-width:3px"


def _label(way: Way) -> str:
    text = way.label + (f" \N{MULTIPLICATION SIGN}{way.times}" if way.times > 1 else "")
    return f'|"{_quoted(text.strip())}"|' if text else ""


def _quoted(text: str) -> str:
    """Write every character that could mean something by its number."""
    return "".join(c if c.isalnum() or c in " -_." else _numbered(c) for c in text)


def _numbered(character: str) -> str:
    return f"#{ord(character)};{_WORD_JOINER if character in _BEGINS_SOMETHING else ''}"
