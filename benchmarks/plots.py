"""Draws what `run.py` measured, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt

_POCKET = "#0b7285"
_OTHERS = "#adb5bd"


def draw(found: dict[str, Any], out: Path) -> None:
    """Write every plot into a folder."""
    mpl.rcParams.update({"font.size": 10, "axes.spines.top": False, "axes.spines.right": False})
    # Nothing of chance, so that the same numbers give the same files; texts stay texts.
    mpl.rcParams.update({"svg.hashsalt": "pocket", "svg.fonttype": "none"})
    _distribution(found["latency"]["samples_us"], out / "latency.svg")
    _payload(found["payload"], out / "payload.svg")
    _bars(
        {name: median(taken) for name, taken in found["cold_start"]["first_call_ms"].items()},
        "first call of a new worker, ms (p50)",
        out / "cold-start.svg",
    )
    _bars(
        found["memory"]["private_kib"], "private memory of an idle worker, KiB", out / "memory.svg"
    )
    _among(found["memory"]["among_us"], out / "plugins.svg")
    _groups(_medians(found["state"]), "a call, us (p50), by the plugin's state", out / "state.svg")
    _groups(
        _medians(found["throughput"]), "calls/s by map, by workers", out / "throughput.svg", "%.0f"
    )
    _groups(
        _medians({"ms": found["command"]}), "start of the command, ms (p50)", out / "command.svg"
    )
    nodes = {f"{count} nodes": median(taken) for count, taken in found["workflow"].items()}
    _bars(nodes, "a run of a chain of echo nodes, us (p50)", out / "workflow.svg")


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def _distribution(samples: dict[str, Sequence[float]], file: Path) -> None:
    """Draw which share of calls took at most how long."""
    figure, axes = plt.subplots(figsize=(8, 4.5))
    for name, taken in sorted(samples.items(), key=lambda item: median(item[1])):
        ordered = sorted(taken)
        shares = [(index + 1) / len(ordered) * 100 for index in range(len(ordered))]
        bold = name == "Pocket"
        colour = {"color": _POCKET, "linewidth": 2.5} if bold else {"linewidth": 1.2}
        axes.plot(ordered, shares, label=f"{name} (p50 {median(taken):.1f} us)", **colour)
    axes.set(xscale="log", xlabel="time of a call, us", ylabel="% of calls", ylim=(0, 100))
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    _save(figure, file)


def _payload(found: dict[str, dict[str, Sequence[float]]], file: Path) -> None:
    figure, axes = plt.subplots(figsize=(8, 4))
    sizes = [int(size) for size in found["call_us"]]
    for key, label, colour in (("call_us", "Pocket", _POCKET), ("pipe_us", "bare pipes", _OTHERS)):
        axes.plot(
            sizes, [median(taken) for taken in found[key].values()], "o-", label=label, color=colour
        )
    axes.set(xscale="log", yscale="log", xlabel="bytes each way", ylabel="us (p50)")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    _save(figure, file)


def _bars(values: dict[str, float], label: str, file: Path, form: str = "%.1f") -> None:
    figure, axes = plt.subplots(figsize=(8, 0.7 + 0.6 * len(values)))
    bars = axes.barh(list(values), list(values.values()), color=_POCKET, height=0.55)
    axes.bar_label(bars, fmt=form, padding=4)
    axes.set(xlabel=label, xlim=(0, max(values.values()) * 1.15))
    _save(figure, file)


def _among(found: dict[str, Sequence[float]], file: Path) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.5))
    counts = [int(count) for count in found]
    axes.plot(counts, [median(taken) for taken in found.values()], "o-", color=_POCKET)
    axes.set(xscale="log", xlabel="live plugins", ylabel="us (p50)")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    _save(figure, file)


def _medians(found: dict[str, dict[str, Sequence[float]]]) -> dict[str, dict[str, float]]:
    return {
        name: {case: median(taken) for case, taken in cases.items()}
        for name, cases in found.items()
    }


def _groups(
    values: dict[str, dict[str, float]], label: str, file: Path, form: str = "%.1f"
) -> None:
    """Draw a group of bars for each name, one bar a case."""
    flat = {
        case if len(values) == 1 else f"{name}, {case}": value
        for name, cases in values.items()
        for case, value in cases.items()
    }
    _bars(flat, label, file, form)
