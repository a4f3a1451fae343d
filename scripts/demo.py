"""The main job, on real input: build, install, run, attack, measure. Run it by `make demo`."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pocket

ROOT = Path(__file__).resolve().parents[1]
PLUGINS = ROOT / "examples" / "plugins"
WORKFLOW = ROOT / "examples" / "workflows" / "customer-feedback.yaml"
FEEDBACK = ROOT / "examples" / "workflows" / "feedback.txt"
DEMO = ROOT / ".demo"
HOME = DEMO / "home"
NUMBERS = {"numbers": [3, 1, 4, 1, 5, 9, 2, 6]}
WARM_CALLS = 5_000
COLD_STARTS = 20


def title(text: str) -> None:
    """Print a heading."""
    print(f"\n== {text}", flush=True)


def run(*command: str | Path) -> None:
    """Show a command of the command line, run it, and stop the demo if it fails."""
    words = [str(word) for word in command]
    print(f"$ {shlex.join(words)}", flush=True)
    program = [str(Path(sys.executable).parent / words[0]), *words[1:]]
    subprocess.run(program, check=True, env={**os.environ, "POCKET_HOME": str(HOME)}, cwd=ROOT)


def package(folder: Path) -> Path:
    """Pack a plugin as `tar -czf NAME.tar.gz manifest.yaml dist/plugin.wasm` would."""
    archive = DEMO / f"{folder.name}.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("manifest.yaml", "dist/plugin.wasm"):
            tar.add(folder / name, arcname=name)
    return archive


def install() -> None:
    """Package, validate and install the plugins that were built."""
    title("Two plugins, in TypeScript and in Rust: packaged, validated, installed")
    for name in ("sentiment", "statistics"):
        archive = package(PLUGINS / name)
        run("pocket", "plugins", "validate", archive.relative_to(ROOT))
        run("pocket", "plugins", "install", archive.relative_to(ROOT))
    run("pocket", "plugins", "list")
    run("pocket", "plugins", "test", "sentiment-analyzer")
    run("pocket", "plugins", "call", "statistics", "statistics", "--input", '{"numbers": [1, 2]}')


def sort_feedback(host: pocket.Host) -> None:
    """Send each line of the feedback file through the workflow."""
    title(f"A workflow over {FEEDBACK.relative_to(ROOT)}: where did each line go?")
    workflow = pocket.Workflow.load(WORKFLOW, host=host)
    lines = FEEDBACK.read_text(encoding="utf-8").splitlines()
    went: Counter[str] = Counter()
    for line in lines:
        end = workflow.run({"text": line}).path[-1].node
        went[end] += 1
        print(f"  {end:<20} {line}")
    print(f"  {len(lines)} lines: {', '.join(f'{n} to {node}' for node, n in went.items())}")


def attack(host: pocket.Host) -> None:
    """Let a hostile plugin run into its limits, with another plugin called in between."""
    title("A hostile plugin: killed by its limits, while the others go on")
    hostile = host.load(PLUGINS / "hostile")
    statistics = host.load("statistics")
    for node in ("memory-bomb", "endless-loop", "crash", "deep"):
        begun = time.perf_counter()
        try:
            hostile.call(node, {})
        except pocket.PocketError as error:
            took_ms = (time.perf_counter() - begun) * 1000
            print(f"  {node:<13} {type(error).__name__} after {took_ms:.0f} ms: {error}")
        else:
            sys.exit(f"{node} was not stopped")
        total = statistics.call("statistics", NUMBERS).output
        print(f"  {'':<13} meanwhile, statistics answers {total}")
    title("What holds plugins on this machine, each layer tried out")
    run("pocket", "security", "status")


def percentile(samples_us: list[float], share: float) -> float:
    """Give the sample below which `share` of all lie."""
    return sorted(samples_us)[int(len(samples_us) * share)]


def timed(function: Callable[[], object], times: int) -> list[float]:
    """Time each of many calls, in microseconds."""
    samples = []
    for _ in range(times):
        begun = time.perf_counter_ns()
        function()
        samples.append((time.perf_counter_ns() - begun) / 1000)
    return samples


class PipeEcho:
    """Another process that sends back each byte: what crossing to it costs at least."""

    def __enter__(self) -> Callable[[], object]:
        program = "import os\nwhile os.write(1, os.read(0, 65536)): pass"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin
        assert self._process.stdout
        request, reply = self._process.stdin.fileno(), self._process.stdout.fileno()
        message = bytes(150)

        def echo() -> None:
            os.write(request, message)
            os.read(reply, 65536)

        return echo

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def private_kb(pid: int) -> int:
    """Give the memory that goes when a process goes, in KiB (proc(5), smaps_rollup)."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    lines = [line.split() for line in rollup.splitlines()]
    return sum(int(fields[1]) for fields in lines if fields[0] == "Private_Dirty:")


def cpu_ms(pid: int) -> float:
    """Give the CPU time of a process so far, in milliseconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def cold_start_us(name: str, node: str, value: object) -> list[float]:
    """Time first calls: spawn, confine, map the artifact, start, call."""
    samples = []
    for _ in range(COLD_STARTS):
        with pocket.Host(home=HOME) as host:
            plugin = host.load(name)
            samples += timed(partial(plugin.call, node, value), 1)
    return samples


def measure(host: pocket.Host) -> None:
    """Print what each plugin costs, beside a bare echo over a pipe."""
    title("What it costs")
    cases = [
        ("statistics", "statistics", NUMBERS),
        ("sentiment-analyzer", "sentiment", {"text": "This product is absolutely wonderful!"}),
    ]
    print("  plugin                pid  private KiB  CPU ms  warm p50 us  p99 us  cold start ms")
    for name, node, value in cases:
        plugin = host.load(name)
        call = partial(plugin.call, node, value)
        timed(call, 200)
        warm = timed(call, WARM_CALLS)
        pid = plugin.pid
        assert pid is not None
        cold_ms = percentile(cold_start_us(name, node, value), 0.5) / 1000
        print(
            f"  {name:<18} {pid:>6} {private_kb(pid):>12} {cpu_ms(pid):>7.0f}"
            f" {percentile(warm, 0.5):>12.1f} {percentile(warm, 0.99):>7.1f} {cold_ms:>14.1f}"
        )
    with PipeEcho() as echo:
        timed(echo, 200)
        bare = timed(echo, WARM_CALLS)
    print(f"  {'bare pipe echo':<45} {percentile(bare, 0.5):>12.1f} {percentile(bare, 0.99):>7.1f}")


def main() -> None:
    """Run every part."""
    logging.basicConfig(format="  its log says: %(message)s")
    shutil.rmtree(DEMO, ignore_errors=True)
    HOME.mkdir(parents=True, mode=0o700)
    install()
    with pocket.Host(home=HOME) as host:
        sort_feedback(host)
        attack(host)
        measure(host)
    print(f"\nThe demo's home is {HOME.relative_to(ROOT)}; nothing else was written.")


if __name__ == "__main__":
    main()
