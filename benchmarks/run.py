"""Measures Pocket and its peers at the same work, in turns within one run.

    make bench                                   # everything, some minutes
    python benchmarks/run.py --calls 2000        # shorter

Writes raw samples and their quantiles (JSON), tables (Markdown) and plots (SVG) into a folder of
benchmarks/results. `benchmarks/README.md` says how to read them.
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
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from peers.peer import Missing, Peer
from peers.pocket_peer import PocketPeer
from peers.pool_peers import ExecutorPeer, PoolPeer, SubprocessPeer
from peers.wasm_peers import ExtismPeer, WasmtimePeer
from peers.wazero_peer import WazeroPeer
from results_file import summary
from sections import (
    cold_start,
    command,
    counted,
    memory,
    payload,
    state,
    throughput,
    usage,
    workflow,
)

from pocket.bench.report import machine
from pocket.version import VERSION

PEERS: Sequence[type[Peer]] = (
    PocketPeer,
    WazeroPeer,
    ExtismPeer,
    WasmtimePeer,
    PoolPeer,
    ExecutorPeer,
    SubprocessPeer,
)
SECTIONS = (
    payload,
    cold_start,
    memory,
    state,
    throughput,
    counted,
    usage,
    command,
    workflow,
)
ROUNDS = 20
"""Turns of every peer: what disturbs the machine for a moment disturbs them all."""
RESULTS = Path(__file__).parent / "results"


def where() -> dict[str, object]:
    """Say what the numbers were measured on, and when."""
    return {
        **machine(),
        "python": platform.python_version(),
        "pocket": VERSION,
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


def table(found: dict[str, Any]) -> str:
    """Write results as Markdown.

    Args:
        found: by section, with quantiles in the place of samples.
    """
    lines = [machine_line(found["machine"]), "", "## A call: statistics of eight numbers", ""]
    lines += calls_table(found["latency"])
    for section in SECTIONS:
        if section.NAME in found:
            lines += ["", *section.table(found[section.NAME])]
    return "\n".join(lines) + "\n"


def machine_line(spec: dict[str, Any]) -> str:
    """Say in a line what was measured where and when."""
    return (
        f"{spec['cpu']}, {spec['cpus']} CPUs, {spec['system']}, Python {spec['python']}, "
        f"Pocket {spec['pocket']}, {spec['when']}; load before the run {spec['load']:.1f}"
    )


def calls_table(found: dict[str, Any]) -> list[str]:
    """Give the lines of the table of all peers, the quickest first."""
    samples, how, missing = found["samples_us"], found["how"], found["missing"]
    base = samples["Pocket"]["p50"]
    lines = [
        "| | p50 us | p90 us | p99 us | max us | p50 against Pocket | how |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, taken in sorted(samples.items(), key=lambda item: item[1]["p50"]):
        cells = [f"{taken[share]:,.1f}" for share in ("p50", "p90", "p99", "max")]
        lines.append(f"| {name} | {' | '.join(cells)} | {taken['p50'] / base:.2f} | {how[name]} |")
    lines += [f"| {name} | missing: {why} | | | | | {how[name]} |" for name, why in missing.items()]
    return lines


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
        found: dict[str, Any] = {"machine": where(), "latency": latency(options.calls)}
        for section in SECTIONS:
            print(f"measuring {section.NAME}", file=sys.stderr)
            found[section.NAME] = section.measure()
    (out / "raw.json").write_text(json.dumps(found), encoding="utf-8")
    kept = summary(found)
    (out / "result.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    text = table(kept)
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
