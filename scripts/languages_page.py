"""The tables of languages in README.md and docs/plugins/README.md, out of languages.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from markdown import table

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "plugins" / "languages.json"
PAGES = {
    "TypeScript, JavaScript": "typescript",
    "Rust": "rust",
    "Rust for wasip1": "rust",
    "C++": "cpp",
}


def matrix() -> str:
    """Give what each language can do, what it weighs and what a call takes; and why not."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    languages: list[dict[str, Any]] = results["languages"]
    notes = list(dict.fromkeys(why for each in languages for why in each["cannot"].values()))
    rows = [
        [case, *(_mark(each["cannot"].get(case), notes) for each in languages)]
        for case in results["cases"]
    ]
    rows.append(
        [
            "size of this plugin, as packages have it",
            *(_size(each["module_bytes"]) for each in languages),
        ]
    )
    rows.append(["a warm call, p50", *(f"{each['call_p50_us']:.0f} us" for each in languages)])
    rows.append(["a stream", *(f"{each['stream_mb_per_s']} MB/s" for each in languages)])
    shown = table(["", *(_link(each["title"], "") for each in languages)], rows)
    explained = "\n".join(f"{number}. {why}" for number, why in enumerate(notes, 1))
    return (
        f"{shown}\n\n{explained}\n\n"
        f"The plugins are those of [tests/conformance](../../tests/conformance); the call is their "
        f"`echo` of a small object, from Python and back, {results['calls']:,} times a language, "
        f"in turns in one run of `scripts/measure_languages.py`; the stream is their `louder`, "
        f"which looks at each byte, of {results['stream_mebibytes']} MiB in a memory of 16 MB. "
        f"The machine had {results['machine']}, and a load of {results['load']}: the ratios count."
    )


def short() -> str:
    """Give the row of a language: its page, its size, its time, its gaps."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [
        [
            _link(each["title"], "docs/plugins/"),
            f"{len(results['cases']) - len(each['cannot'])} of {len(results['cases'])}",
            _size(each["module_bytes"]),
            f"{each['call_p50_us']:.0f} us",
        ]
        for each in results["languages"]
    ]
    return table(["language", "conformance cases", "size of that plugin", "a warm call, p50"], rows)


def _link(title: str, folder: str) -> str:
    return f"[{title}]({folder}{PAGES.get(title, title.lower())}.md)"


def _mark(why: str | None, notes: list[str]) -> str:
    return "yes" if why is None else f"no ({notes.index(why) + 1})"


def _size(number: int) -> str:
    return f"{number / 1024:.0f} KB" if number < 1024 * 1024 else f"{number / 1024**2:.1f} MB"
