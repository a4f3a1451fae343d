"""Measures Pocket and its peers at the same work, in turns within one run.

    make bench                                   # everything, some minutes
    make bench-keep                              # and write the numbers into the docs
    python benchmarks/run.py --calls 2000        # shorter

Writes raw samples and their quantiles (JSON), tables (Markdown) and plots (SVG) into a folder of
benchmarks/results. `benchmarks/README.md` says how to read them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import tables
from peers.peer import Missing, Peer
from peers.pocket_peer import PocketPeer
from peers.pool_peers import ExecutorPeer, PoolPeer, SubprocessPeer
from peers.wasm_peers import ExtismPeer, WasmtimePeer
from peers.wazero_peer import WazeroPeer
from results_file import summary
from sections import ALL

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


def publish(out: Path) -> None:
    """Make a run the one whose numbers the docs have."""
    script = Path(__file__).resolve().parents[1] / "scripts" / "performance_tables.py"
    subprocess.run([sys.executable, script, "--take", out], check=True)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--calls", type=int, default=20_000, help="calls of each peer")
    parser.add_argument("--out", type=Path, help="folder to write to")
    parser.add_argument("--keep", action="store_true", help="write the numbers into the docs")
    options = parser.parse_args()
    out = options.out or RESULTS / time.strftime("%Y-%m-%d-%H%M%S", time.gmtime())
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["POCKET_HOME"] = home
        found: dict[str, Any] = {"machine": where(), "latency": latency(options.calls)}
        for section in ALL:
            print(f"measuring {section.NAME}", file=sys.stderr)
            found[section.NAME] = section.measure()
    (out / "raw.json").write_text(json.dumps(found), encoding="utf-8")
    kept = summary(found)
    (out / "result.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    text = tables.whole(kept)
    (out / "table.md").write_text(text, encoding="utf-8")
    try:
        from plots import draw
    except ImportError as error:
        print(f"no plots: {error}; `make bench` installs what they need", file=sys.stderr)
    else:
        draw(found, out)
    print(text)
    print(f"samples, quantiles and plots are in {out}")
    if options.keep:
        publish(out)


if __name__ == "__main__":
    main()
