"""Go with wazero: a small Go program that calls the same wasm inside its own process."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import orjson

from peers.peer import Missing, Peer
from peers.wasm_peers import STATISTICS

FOLDER = Path(__file__).resolve().parents[1] / "wazero"


class WazeroPeer(Peer):
    """Go and wazero."""

    name = "Go + wazero"
    how = "the same wasm in a Go process, one kept instance; Go struct, JSON, memory, JSON, struct"

    def __init__(self) -> None:
        if shutil.which("go") is None:
            raise Missing("the command go is not there; install Go from https://go.dev")
        program = FOLDER / "dist" / "wazero-bench"
        subprocess.run(["go", "build", "-o", program, "."], cwd=FOLDER, check=True)
        self._process = subprocess.Popen(
            [program, STATISTICS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def sample(self, count: int) -> list[float]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"%d\n" % count)
        self._process.stdin.flush()
        samples_ns: list[int] = orjson.loads(self._process.stdout.readline())
        return [sample / 1000 for sample in samples_ns]

    def close(self) -> None:
        self._process.communicate()
