"""Measures Pocket and its peers at the same work, in turns within one run.

    make bench                                   # everything, some minutes
    python benchmarks/run.py --calls 2000        # shorter

Writes raw samples (JSON), a table (Markdown) and plots (SVG) into a folder of benchmarks/results.
`benchmarks/README.md` says how to read them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent))

from peers.peer import Missing, Peer
from peers.pocket_peer import PocketPeer
from peers.pool_peers import ExecutorPeer, PoolPeer, SubprocessPeer
from peers.wasm_peers import ExtismPeer, WasmtimePeer
from peers.wazero_peer import WazeroPeer
from sections import cold_start, memory, payload

PEERS: Sequence[type[Peer]] = (
    PocketPeer,
    WazeroPeer,
    ExtismPeer,
    WasmtimePeer,
    PoolPeer,
    ExecutorPeer,
    SubprocessPeer,
)
ROUNDS = 20
"""Turns of every peer: what disturbs the machine for a moment disturbs them all."""
RESULTS = Path(__file__).parent / "results"


def quantile(samples: Sequence[float], share: float) -> float:
    """Give the sample below which `share` of all lie."""
    return sorted(samples)[min(int(len(samples) * share), len(samples) - 1)]


def machine() -> dict[str, object]:
    """Say what the numbers were measured on."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        model = next((line.split(":")[1].strip() for line in file if "model name" in line), "?")
    return {
        "cpu": model,
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def latency(calls: int) -> dict[str, object]:
    """Time calls of every peer in turns; a peer that is missing says why."""
    peers: list[Peer] = []
    missing: dict[str, str] = {}
    for kind in PEERS:
        try:
            peers.append(kind())
        except Missing as error:
            missing[kind.name] = str(error)
            print(f"missing: {kind.name}: {error}", file=sys.stderr)
    samples: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for peer in peers:
        peer.sample(max(200, calls // ROUNDS))  # warm up
    for turn in range(ROUNDS):
        for peer in peers[turn % len(peers) :] + peers[: turn % len(peers)]:
            samples[peer.name] += peer.sample(calls // ROUNDS)
        print(f"\rlatency: round {turn + 1} of {ROUNDS}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    for peer in peers:
        peer.close()
    how = {kind.name: kind.how for kind in PEERS}
    return {"samples_us": samples, "missing": missing, "how": how}


def table(found: dict[str, dict[str, object]]) -> str:
    """Write the results as Markdown."""
    spec = found["machine"]
    lines = [
        (
            f"{spec['cpu']}, {spec['cpus']} CPUs, {spec['system']}, Python {spec['python']}, "
            f"{spec['when']}; load before the run {spec['load_before']:.1f}"
        ),
        "",
        "## A call: statistics of eight numbers",
        "",
        "| | p50 us | p90 us | p99 us | max us | p50 against Pocket | how |",
        "|---|---|---|---|---|---|---|",
    ]
    samples: dict[str, list[float]] = found["latency"]["samples_us"]  # type: ignore[assignment]
    how: dict[str, str] = found["latency"]["how"]  # type: ignore[assignment]
    base = median(samples["Pocket"])
    for name, taken in sorted(samples.items(), key=lambda item: median(item[1])):
        cells = [f"{quantile(taken, share):.1f}" for share in (0.5, 0.9, 0.99, 1)]
        lines.append(f"| {name} | {' | '.join(cells)} | {median(taken) / base:.2f} | {how[name]} |")
    missing: dict[str, str] = found["latency"]["missing"]  # type: ignore[assignment]
    lines += [f"| {name} | missing: {why} | | | | | {how[name]} |" for name, why in missing.items()]
    for section in (payload, cold_start, memory):
        lines += ["", *section.table(found[section.NAME])]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--calls", type=int, default=20_000, help="calls of each peer")
    parser.add_argument("--out", type=Path, help="folder to write to")
    options = parser.parse_args()
    out = options.out or RESULTS / time.strftime("%Y-%m-%d-%H%M%S", time.gmtime())
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["POCKET_HOME"] = home
        found: dict[str, dict[str, object]] = {"machine": machine()}
        found["latency"] = latency(options.calls)
        for section in (payload, cold_start, memory):
            found[section.NAME] = section.measure()
    (out / "raw.json").write_text(json.dumps(found), encoding="utf-8")
    text = table(found)
    (out / "table.md").write_text(text, encoding="utf-8")
    try:
        from plots import draw
    except ImportError as error:
        print(f"no plots: {error}; `make bench` installs what they need", file=sys.stderr)
    else:
        draw(found, out)
    print(text)
    print(f"raw samples and plots are in {out}")


if __name__ == "__main__":
    main()
