"""The plots of a report, drawn as SVG; colours are classes of the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Final

from pocket.bench.figure import KINDS, STEPS, Figure
from pocket.bench.report import Bar, Moment
from pocket.bench.words import amount

_WIDTH: Final = 720
_LEFT: Final = 64
_RIGHT: Final = 16


@dataclass(frozen=True, slots=True)
class _Scale:
    """Maps a value to a place on the page."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = log10(low), log10(high), log10(value)
        return self.start + (at - low) / ((high - low) or 1) * (self.end - self.start)


def latencies(bars: Sequence[Bar]) -> str:
    """Draw how many calls took how long."""
    height, base = 220, 184
    x = _Scale(bars[0].low_us, bars[-1].high_us, _LEFT, _WIDTH - _RIGHT, logarithmic=True)
    y = _Scale(0, max(bar.calls for bar in bars), base, 12)
    parts = [*_grid(y), *_marks(x, base)]
    for bar in bars:
        if bar.calls:
            left, right, top = x(bar.low_us), x(bar.high_us), y(bar.calls)
            parts.append(
                f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" '
                f'width="{max(1.0, right - left - 1):.1f}" height="{base - top:.1f}">'
                f"<title>{bar.calls:,} calls of {bar.low_us:.1f} to {bar.high_us:.1f} us</title>"
                "</rect>"
            )
    parts.append(_text(_WIDTH / 2, height - 6, "calls by their time in us (logarithmic)", "middle"))
    return _svg(height, "Distribution of latencies", parts)


def breakdown(steps: dict[str, Figure]) -> str:
    """Draw the steps of a call as parts of one bar."""
    whole = sum(max(0.0, steps[name].value) for name in STEPS) or 1.0
    x = _Scale(0, whole, _LEFT, _WIDTH - _RIGHT)
    parts, done = [], 0.0
    for number, name in enumerate(STEPS):
        took = max(0.0, steps[name].value)
        label = f"{KINDS[name].title}: {amount(took, 'us')}, {took / whole:.0%}"
        parts.append(
            f'<rect class="step{number}" x="{x(done):.1f}" y="12" '
            f'width="{x(took) - x(0):.1f}" height="40"><title>{escape(label)}</title></rect>'
        )
        column, row = number % 3, number // 3
        left, top = _LEFT + column * 216, 78 + row * 24
        parts.append(
            f'<rect class="step{number}" x="{left}" y="{top - 10}" width="12" height="12"/>'
        )
        parts.append(_text(left + 18, top, label))
        done += took
    return _svg(124, "Where the time of a call goes", parts)


def series(moments: Sequence[Moment]) -> str:
    """Draw the rounds one after another."""
    height, base = 252, 208
    last = max(moments[-1].at_s, 1e-6)
    lowest = min(at.p50_us for at in moments)
    highest = max(at.max_us for at in moments)
    x = _Scale(0, last, _LEFT, _WIDTH - _RIGHT)
    y = _Scale(lowest / 1.3, highest * 1.3, base, 24, logarithmic=True)
    parts = [line for value in _decades(y.low, y.high) for line in _line(y(value), _number(value))]
    for number, (name, values) in enumerate(
        (
            ("max", [at.max_us for at in moments]),
            ("p90", [at.p90_us for at in moments]),
            ("p50", [at.p50_us for at in moments]),
        )
    ):
        places = [(x(at.at_s), y(us)) for at, us in zip(moments, values, strict=True)]
        points = " ".join(f"{left:.1f},{top:.1f}" for left, top in places)
        parts.append(f'<polyline class="{name}" points="{points}"/>')
        parts += [
            f'<circle class="{name}" cx="{left:.1f}" cy="{top:.1f}" r="2.5">'
            f"<title>{name} {amount(us, 'us')}</title></circle>"
            for (left, top), us in zip(places, values, strict=True)
        ]
        left = _LEFT + 8 + 64 * number
        parts.append(f'<circle class="{name}" cx="{left}" cy="8" r="4"/>')
        parts.append(_text(left + 8, 12, name))
    parts.append(_text(_LEFT, base + 18, "0 s"))
    parts.append(_text(_WIDTH - _RIGHT, base + 18, f"{last:.2f} s", "end"))
    parts.append(
        _text(
            _WIDTH / 2, height - 6, "time of a call in us (logarithmic), round by round", "middle"
        )
    )
    return _svg(height, "Latency from round to round", parts)


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>\n{inside}\n</svg>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(y: float, label: str) -> Iterator[str]:
    yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield _text(_LEFT - 8, y + 4, label, "end")


def _grid(y: _Scale) -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        value = y.high * share
        yield from _line(y(value), f"{value:,.0f}")


def _marks(x: _Scale, base: float) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        value = x.low * (x.high / x.low) ** share
        anchor = "end" if share == 1.0 else "middle" if share else "start"
        yield _text(x(value), base + 16, _number(value), anchor)


def _decades(low: float, high: float) -> list[float]:
    """Give round values between two: 1, 2 and 5 times the powers of ten, or these powers alone."""
    powers = [10.0**power for power in range(floor(log10(low)), floor(log10(high)) + 1)]
    factors = (1, 2, 5) if len(powers) < 3 else (1,)
    return [power * by for power in powers for by in factors if low <= power * by <= high]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
