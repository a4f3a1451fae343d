"""A picture as SVG, drawn here: no other program takes part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final
from unicodedata import combining, east_asian_width

from pocket.drawing.layout import Layout, Member, layout
from pocket.drawing.picture import Box, Picture, Way
from pocket.units import format_duration

_CHAR: Final = 7.6
"""Width of a character of 13 px, on the broad side of common sans-serif fonts."""
_HEIGHT: Final = 44.0
_BETWEEN: Final = 66.0
"""Height of the space between two layers; a label has room in it."""
_GAP: Final = 34.0
_MARGIN: Final = 24.0
_START: Final = "\0"
"""Stands for where the run begins; no node has this name."""
_START_WIDTH: Final = 14.0
_LONGEST: Final = 36
"""Characters of a name that are shown; all of it is in the tooltip."""

_STYLE: Final = """\
text { font: 13px "Helvetica Neue", Arial, sans-serif; fill: #1c2733; text-anchor: middle }
.type { font-size: 11px; fill: #5b6875 }
.label { font-size: 11px; fill: #3c4854 }
.paper { fill: #fff }
.box { fill: #f4f6f8; stroke: #8a97a5; stroke-width: 1.2 }
.way { fill: none; stroke: #8a97a5; stroke-width: 1.4; marker-end: url(#arrow) }
.start { fill: #1c2733 }
.done .box { fill: #e3f4e7; stroke: #1f7a3a; stroke-width: 2 }
.failed .box { fill: #fbe3e4; stroke: #b3261e; stroke-width: 2 }
.taken .way { stroke: #1f7a3a; stroke-width: 2.6; marker-end: url(#taken) }
.untaken { opacity: .45 }
"""

Point = tuple[float, float]


def svg(picture: Picture) -> Iterator[str]:
    """Give the lines of an SVG file."""
    widths = {box.name: _width(box) for box in picture.boxes} | {_START: _START_WIDTH}
    edges = [(way.source or _START, way.target) for way in picture.ways]
    placed = layout([_START, *(box.name for box in picture.boxes)], edges, widths, _GAP)
    yield from _Sheet(picture, placed, widths).lines()


@dataclass(frozen=True, slots=True)
class _Sheet:
    picture: Picture
    placed: Layout
    widths: dict[str, float]

    def lines(self) -> Iterator[str]:
        right = max(
            x + (self.widths[member] / 2 if isinstance(member, str) else _label_room(self, member))
            for member, x in self.placed.x.items()
        )
        width = right + 2 * _MARGIN + _GAP
        height = len(self.placed.layers) * (_HEIGHT + _BETWEEN) - _BETWEEN + 2 * _MARGIN
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}">'
        )
        yield f"<title>{_text(self.picture.name)}</title>"
        yield f"<style>{_STYLE}</style>"
        yield "<defs>"
        yield _arrow("arrow", "#8a97a5")
        yield _arrow("taken", "#1f7a3a")
        yield "</defs>"
        yield '<rect width="100%" height="100%" fill="#fff"/>'
        ways = list(zip(self.picture.ways, self.placed.bends, strict=True))
        for way, bend in ways:
            yield self._way(way, bend)
        for box in self.picture.boxes:
            yield self._box(box)
        x, y = self._centre(_START)
        yield f'<circle class="start" cx="{x:.1f}" cy="{y:.1f}" r="{_START_WIDTH / 2:.0f}"/>'
        for way, bend in ways:
            yield from self._label(way, bend)
        yield "</svg>"

    def _centre(self, member: Member) -> Point:
        layer = next(n for n, layer in enumerate(self.placed.layers) if member in layer)
        y = _MARGIN + layer * (_HEIGHT + _BETWEEN) + _HEIGHT / 2
        return self.placed.x[member] + _MARGIN, y

    def _box(self, box: Box) -> str:
        x, y = self._centre(box.name)
        width = self.widths[box.name]
        left, top = x - width / 2, y - _HEIGHT / 2
        return (
            f'<g class="{self._fate(box)}"><title>{_text(f"{box.name} ({box.type})")}</title>'
            f'<rect class="box" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{_HEIGHT:.0f}" rx="7"/>'
            f'<text x="{x:.1f}" y="{y - 3:.1f}">{_text(_short(box.name))}</text>'
            f'<text class="type" x="{x:.1f}" y="{y + 14:.1f}">{_text(_note(box))}</text></g>'
        )

    def _fate(self, box: Box) -> str:
        if not self.picture.traced:
            return "node"
        return ("failed" if box.failed else "done") if box.visits else "untaken"

    def _way(self, way: Way, bend: list[Member]) -> str:
        fate = "way-of"
        if self.picture.traced:
            fate = "taken" if way.times else "untaken"
        return f'<g class="{fate}"><path class="way" d="{self._path(way, bend)}"/></g>'

    def _path(self, way: Way, bend: list[Member]) -> str:
        if not bend:
            x, y = self._centre(way.target)
            right = x + self.widths[way.target] / 2
            return (
                f"M{right:.1f},{y - 9:.1f} C{right + _GAP:.1f},{y - 22:.1f} "
                f"{right + _GAP:.1f},{y + 22:.1f} {right + 2:.1f},{y + 9:.1f}"
            )
        points = self._points(bend)
        parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
        for (x1, y1), (x2, y2) in pairwise(points):
            middle = (y1 + y2) / 2
            parts.append(f"C{x1:.1f},{middle:.1f} {x2:.1f},{middle:.1f} {x2:.1f},{y2:.1f}")
        return " ".join(parts)

    def _points(self, bend: list[Member]) -> list[Point]:
        """Give where a way passes; it keeps straight through the height of a layer."""
        centres = [self._centre(member) for member in bend]
        down = 1 if centres[-1][1] > centres[0][1] else -1
        half = down * _HEIGHT / 2
        first, last = centres[0], centres[-1]
        begins = (first[0] + self._aside(bend, 0), first[1] + half)
        ends = (last[0] + self._aside(bend, -1), last[1] - half - 2 * down)
        if bend[0] == _START:
            begins = (first[0], first[1] + _START_WIDTH / 2)
        passed = [(x, y + side) for x, y in centres[1:-1] for side in (-half, half)]
        return [begins, *passed, ends]

    def _aside(self, bend: list[Member], end: int) -> float:
        """Give how far from a node's middle a way begins or ends: few share a point."""
        node = bend[end]
        at, other = self.placed.x[node], self.placed.x[bend[1 if end == 0 else -2]]
        most = self.widths[str(node)] / 2 - 14
        # A way and the way back do not lie upon each other.
        side = 0.0
        if any(way.source == bend[-1] and way.target == bend[0] for way in self.picture.ways):
            side = 12.0 if self._centre(bend[-1])[1] < self._centre(bend[0])[1] else -12.0
        return max(-most, min(most, (other - at) * 0.25 + side))

    def _label(self, way: Way, bend: list[Member]) -> Iterator[str]:
        text = _label_of(way)
        if not text:
            return
        if bend:
            (x1, y1), (x2, y2) = self._points(bend)[:2]
            x, y = x1 + (x2 - x1) * 0.5, y1 + (y2 - y1) * 0.5 + 4
        else:
            x, y = self._centre(way.target)
            x += self.widths[way.target] / 2 + _GAP
        shown = _short(text)
        width = _chars(shown) * _CHAR * 0.86 + 6
        yield (
            f'<rect class="paper" x="{x - width / 2:.1f}" y="{y - 11:.1f}" width="{width:.1f}" '
            f'height="15"/><text class="label" x="{x:.1f}" y="{y:.1f}">{_text(shown)}</text>'
        )


def _label_room(sheet: _Sheet, member: Member) -> float:
    way = sheet.picture.ways[member[0]]  # type: ignore[index]
    return _chars(_label_of(way)) * _CHAR / 2


def _label_of(way: Way) -> str:
    return (way.label + (f" \N{MULTIPLICATION SIGN}{way.times}" if way.times > 1 else "")).strip()


def _note(box: Box) -> str:
    """Give the small line of a node: its type, and how it fared."""
    if not box.visits:
        return _short(box.type)
    visits = f", {box.visits} visits" if box.visits > 1 else ""
    return f"{_short(box.type)}, {format_duration(box.took_us / 1e6)}{visits}"


def _width(box: Box) -> float:
    return max(70.0, max(_chars(_short(box.name)), _chars(_note(box)) * 0.86) * _CHAR + 26)


def _chars(text: str) -> int:
    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _text(text: str) -> str:
    """Escape a text; characters that XML does not have are shown by their numbers."""
    return escape("".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text))


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" '
        f'markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0,0 L8,4 L0,8 z" fill="{colour}"/></marker>'
    )
