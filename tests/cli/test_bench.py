"""`pocket bench` as a person and a script use it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from guests.build import guest, plugin_folder

from cli.conftest import COMMAND, ROOT, Terminal
from cli.test_terminal import wait_until, workers
from pocket import CostRose
from pocket.bench.report import report_schema

STATISTICS = str(ROOT / "examples" / "plugins" / "statistics")


@pytest.fixture
def before(terminal: Terminal) -> Path:
    ended = terminal.run("bench", STATISTICS, "--calls", "400", "--output", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    file = terminal.folder / "before.json"
    file.write_text(ended.stdout)
    return file


def test_the_first_example_is_measured(terminal: Terminal) -> None:
    ended = terminal.run("bench", STATISTICS, "--calls", "60", "--html", "report.html")
    assert (ended.returncode, ended.stderr) == (0, "")
    first = ended.stdout.splitlines()[0]
    assert first == "statistics 1.0.0, node statistics, Four measurements: 60 calls"
    for title in (
        "latency, p50",
        "cold start",
        "exchange and wake",
        "private memory",
        "page faults",
    ):
        assert title in ended.stdout
    assert (terminal.folder / "report.html").read_text().startswith("<!doctype html>")


def test_the_json_fits_its_schema(before: Path) -> None:
    report = json.loads(before.read_text())
    jsonschema.validate(report, report_schema())
    assert (report["calls"], report["plugin"]["case"]) == (400, "Four measurements")
    assert {"machine", "versions", "when"} <= set(report)


def test_a_plugin_that_costs_more_fails(terminal: Terminal, before: Path) -> None:
    cheap = json.loads(before.read_text())
    for name in ("memory_private", "latency_p50"):
        for key in ("value", "low", "high"):
            cheap["figures"][name][key] /= 100
    before.write_text(json.dumps(cheap))
    command = ("bench", STATISTICS, "--calls", "100", "--compare", str(before))
    ended = terminal.run(*command, "--fail-over", "1.2", "--output", "json")
    assert ended.returncode == CostRose.exit_code
    assert "latency, p50" in json.loads(ended.stderr)["error"]["message"]
    shown = json.loads(ended.stdout)
    jsonschema.validate(shown, report_schema())
    verdicts = {each["name"]: each["verdict"] for each in shown["comparison"]["changes"]}
    assert verdicts["memory_private"] == verdicts["latency_p50"] == "worse"
    assert terminal.run(*command).returncode == 0
    assert terminal.run(*command, "--fail-over", "100000").returncode == 0


def test_another_input_is_told_in_a_comparison(terminal: Terminal, before: Path) -> None:
    ended = terminal.run(
        *("bench", STATISTICS, "--calls", "20", "--input", '{"numbers": [1]}'),
        *("--compare", str(before)),
    )
    assert ended.returncode == 0
    assert "not the same: plugin.case: Four measurements before, --input now" in ended.stderr


def test_mistakes_look_like_this(terminal: Terminal, same: Callable[[str, str], None]) -> None:
    plugin_folder(terminal.folder, "bare", wasm=guest("echo"))
    same(
        "bench_mistakes",
        terminal.session(
            "bench ./bare",
            "bench ./bare --node mian --input 1",
            f"bench {STATISTICS} --example nine",
            f"bench {STATISTICS} --example nine --input 1",
            f"bench {STATISTICS} --calls 1 --seconds 1",
            f"bench {STATISTICS} --fail-over 1.2",
            f"bench {STATISTICS} --compare none.json",
            f"bench {STATISTICS} --config 1",
        ),
    )
    ended = terminal.run("bench", STATISTICS, "--calls", "1", "--html", "none/report.html")
    assert ended.returncode == 15
    assert ended.stderr == "error: none/report.html: No such file or directory\n"


def test_ctrl_c_ends_it_and_its_workers(terminal: Terminal) -> None:
    with subprocess.Popen(
        [*COMMAND, "bench", STATISTICS, "--seconds", "60"],
        cwd=terminal.folder,
        env=terminal.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        wait_until(lambda: len(workers(command.pid)) == 2)
        left = workers(command.pid)
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=20)
    assert (command.returncode, out, err) == (130, "", "")
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)
