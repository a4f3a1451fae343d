"""Runs the conformance cases in every language and measures a call: docs/plugins/languages.json.

`python scripts/generate_docs.py` makes the tables of the pages from it. The languages are measured
in turns in one run, so that they compare whatever else the machine does.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from conformance.cases import CASES, Bench, Case  # noqa: E402
from conformance.languages import LANGUAGES, Language  # noqa: E402
from conformance.passage import pass_through  # noqa: E402

import pocket  # noqa: E402
from pocket.authoring.package_file import with_own_lines  # noqa: E402

RESULTS = ROOT / "docs" / "plugins" / "languages.json"
REQUEST = {"do": "echo", "with": {"text": "hello", "numbers": [1, 2.5, 3]}}
ROUNDS = 60
CALLS_OF_A_ROUND = 100
STREAMS = 3
MEBIBYTES_OF_A_STREAM = 64


def main() -> None:
    """Write the results."""
    # What the cases log is not for whoever measures.
    logging.getLogger("pocket").addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory() as folder, pocket.Host(home=Path(folder) / "home") as host:
        benches = {
            language: Bench(language.built(), host, Path(folder) / language.name, language.sources)
            for language in LANGUAGES
        }
        results = {
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "load": round(os.getloadavg()[0], 1),
            "request": REQUEST,
            "calls": ROUNDS * CALLS_OF_A_ROUND,
            "stream_mebibytes": MEBIBYTES_OF_A_STREAM,
            "cases": [case.name for case in CASES],
            "languages": [],
        }
        times = measured(benches)
        speeds = streamed(benches)
        for language, bench in benches.items():
            found = {case.name: outcome(language, case, bench) for case in CASES}
            results["languages"].append(
                {
                    "title": language.title,
                    "module_bytes": len(
                        with_own_lines(language.built(), language.folder, language.name)
                    ),
                    "call_p50_us": round(statistics.median(times[language]), 1),
                    "stream_mb_per_s": round(statistics.median(speeds[language])),
                    "cannot": {name: why for name, why in found.items() if why},
                }
            )
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(f"wrote {RESULTS.relative_to(ROOT)}")


def outcome(language: Language, case: Case, bench: Bench) -> str | None:
    """Say why a language does not do a case, or None."""
    folder = bench.folder / case.name.replace(" ", "-")
    folder.mkdir(parents=True)
    why = language.cannot.get(case.name)
    try:
        case.check(bench.at(folder))
    except (AssertionError, pocket.PocketError):
        if why is None:
            raise
        return why
    if why is not None:
        message = f"{language.title} does {case.name!r}, and languages.py says that it cannot"
        raise SystemExit(message)
    return None


def measured(benches: dict[Language, Bench]) -> dict[Language, list[float]]:
    """Give microseconds of calls, in which all languages take turns."""
    calls = {language: bench.load().prepare("deeds") for language, bench in benches.items()}
    times: dict[Language, list[float]] = {language: [] for language in benches}
    for number in range(ROUNDS + 1):
        for language, call in calls.items():
            for _ in range(CALLS_OF_A_ROUND):
                begun = time.perf_counter_ns()
                call(REQUEST)
                # The first round warms up.
                if number:
                    times[language].append((time.perf_counter_ns() - begun) / 1000)
    return times


def streamed(benches: dict[Language, Bench]) -> dict[Language, list[float]]:
    """Give how many megabytes a second go through a stream, in turns too."""
    plugins = {language: bench.load(memory="16MB") for language, bench in benches.items()}
    speeds: dict[Language, list[float]] = {language: [] for language in benches}
    for _ in range(STREAMS):
        for language, plugin in plugins.items():
            passage = pass_through(plugin, "louder", MEBIBYTES_OF_A_STREAM)
            speeds[language].append(passage.megabytes_per_s)
    return speeds


if __name__ == "__main__":
    main()
