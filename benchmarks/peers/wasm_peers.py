"""Engines inside this very Python process, running the same wasm."""

from __future__ import annotations

from pathlib import Path

import orjson

from peers.peer import NUMBERS, Missing, Peer, check, timed

ROOT = Path(__file__).resolve().parents[2]
STATISTICS = ROOT / "examples" / "plugins" / "statistics" / "dist" / "plugin.wasm"
EXTISM = ROOT / "benchmarks" / "extism" / "dist" / "plugin.wasm"


class WasmtimePeer(Peer):
    """wasmtime for Python, with the plugin that Pocket runs."""

    name = "wasmtime for Python"
    how = "the same wasm in this process, one kept instance; dict, JSON, memory, JSON, dict"

    def __init__(self) -> None:
        try:
            import wasmtime
        except ImportError as error:
            raise Missing(str(error)) from None
        self._store = wasmtime.Store()
        linker = wasmtime.Linker(self._store.engine)
        linker.define_func(
            "pocket", "log", wasmtime.FuncType([wasmtime.ValType.i32()] * 3, []), lambda *_: None
        )
        module = wasmtime.Module.from_file(self._store.engine, str(STATISTICS))
        exports = linker.instantiate(self._store, module).exports(self._store)
        initialize = exports.get("_initialize")
        if initialize is not None:
            initialize(self._store)
        self._memory = exports["memory"]
        self._alloc, self._answer = exports["__pocket_alloc"], exports["__pocket_call"]
        check(self._call()["output"])

    def _call(self) -> dict[str, object]:
        request = orjson.dumps(
            {"node": "statistics", "function": "run", "config": {}, "input": NUMBERS}
        )
        at = self._alloc(self._store, len(request))
        self._memory.write(self._store, request, at)
        packed = self._answer(self._store, at, len(request)) & 0xFFFF_FFFF_FFFF_FFFF
        start, length = packed >> 32, packed & 0xFFFF_FFFF
        response: dict[str, object] = orjson.loads(
            bytes(self._memory.read(self._store, start, start + length))
        )
        return response

    def sample(self, count: int) -> list[float]:
        return timed(self._call, count)


class ExtismPeer(Peer):
    """Extism for Python, with the same logic built on its own development kit."""

    name = "Extism for Python"
    how = "the same logic as an Extism plugin, in this process; dict, JSON, memory, JSON, dict"

    def __init__(self) -> None:
        try:
            import extism
        except ImportError as error:
            raise Missing(f"{error}; it comes with `make bench`") from None
        if not EXTISM.exists():
            raise Missing(f"{EXTISM} was not built")
        self._plugin = extism.Plugin(EXTISM.read_bytes(), wasi=True)
        check(self._call())

    def _call(self) -> object:
        return orjson.loads(self._plugin.call("statistics", orjson.dumps(NUMBERS), parse=bytes))

    def sample(self, count: int) -> list[float]:
        return timed(self._call, count)
