"""The guests do what their first lines say, seen from outside of Pocket."""

import json
import time
from pathlib import Path

import pytest
import wasmtime
import yaml

from guests.build import FOLDER, NAMES, guest, plugin_folder, saying, source_section


class Instance:
    """A guest in another engine, with all of WASI that a guest may want."""

    def __init__(self, wasm: bytes) -> None:
        self.log: list[tuple[int, bytes]] = []
        self.store = wasmtime.Store()
        self.store.set_wasi(wasmtime.WasiConfig())
        linker = wasmtime.Linker(self.store.engine)
        linker.define_wasi()
        line = wasmtime.FuncType([wasmtime.ValType.i32()] * 3, [])
        linker.define_func("pocket", "log", line, self._log, access_caller=True)
        module = wasmtime.Module(self.store.engine, wasm)
        self.exports = linker.instantiate(self.store, module).exports(self.store)

    def _log(self, caller: wasmtime.Caller, level: int, ptr: int, length: int) -> None:
        memory = caller["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.log.append((level, bytes(memory.read(caller, ptr, ptr + length))))

    def place(self, payload: bytes) -> int:
        ptr = self.exports["__pocket_alloc"](self.store, len(payload))
        self.exports["memory"].write(self.store, payload, ptr)
        return ptr

    def init(self, source: bytes) -> int:
        return self.exports["__pocket_init"](self.store, self.place(source), len(source))

    def ask(self, node: str = "main", function: str = "exec") -> bytes:
        request = json.dumps({"node": node, "function": function}, separators=(",", ":")).encode()
        answer = self.exports["__pocket_call"](self.store, self.place(request), len(request))
        ptr, length = answer if isinstance(answer, list) else (answer >> 32, answer & 0xFFFF_FFFF)
        return bytes(self.exports["memory"].read(self.store, ptr, ptr + length))

    def output(self) -> object:
        answer = json.loads(self.ask())
        assert answer.keys() == {"success", "output"}
        assert answer["success"] is True
        return answer["output"]


@pytest.mark.parametrize("name", NAMES)
def test_every_guest_is_a_module_and_is_listed(name: str) -> None:
    engine = wasmtime.Engine()
    wasmtime.Module.validate(engine, guest(name))
    purpose = (FOLDER / f"{name}.wat").read_text().splitlines()[0].removeprefix(";; ")
    assert f"| `{name}` | {purpose} |" in (FOLDER / "README.md").read_text()


def test_echo_gives_the_request_back() -> None:
    assert Instance(guest("echo")).output() == {"node": "main", "function": "exec"}


def test_echo_takes_large_requests() -> None:
    instance = Instance(guest("echo"))
    node = "x" * 3_000_000
    assert json.loads(instance.ask(node))["output"]["node"] == node


def test_guests_misbehave_in_calls_only_and_leave_metadata_to_the_manifest() -> None:
    answer = Instance(guest("trap")).ask("", "metadata")
    assert json.loads(answer) == {"success": False, "error": "see the manifest"}


@pytest.mark.parametrize("name", ["counter", "counter_global", "counter_table", "counter_pages"])
def test_counters_count_while_their_state_is_kept(name: str) -> None:
    instance = Instance(guest(name))
    assert [instance.output() for _ in range(12)] == list(range(1, 13))


@pytest.mark.parametrize(
    ("name", "output"),
    [("drop_data", 7), ("grown_leftover", 0), ("two_results", {"nodes": [{"type": "main"}]}), ("surroundings", [0, 0]),
     ("descriptors", 0), ("open_file", 8), ("loop_in_init", 0), ("log_odd", 0)],
)  # fmt: skip
def test_tame_guests_answer(name: str, output: object) -> None:
    assert Instance(guest(name)).output() == output


def test_a_dropped_segment_is_missed_by_the_next_call() -> None:
    instance = Instance(guest("drop_data"))
    instance.ask()
    with pytest.raises(wasmtime.Trap, match="out of bounds"):
        instance.ask()


def test_random_numbers_differ() -> None:
    instance = Instance(guest("random"))
    assert instance.output() != instance.output()


def test_the_clock_tells_the_time() -> None:
    seconds, nanoseconds = Instance(guest("clock")).output()
    assert abs(seconds + nanoseconds / 1e9 - time.time()) < 60


@pytest.mark.parametrize("answer", [b"", b"{}", b"\xff" * 200_000])
def test_say_answers_its_source(answer: bytes) -> None:
    instance = Instance(saying(answer))
    assert instance.init(answer) == 1
    assert instance.ask() == answer
    assert instance.ask("", "metadata").startswith(b'{"success":false')


def test_say_metadata_answers_metadata_with_its_source() -> None:
    instance = Instance(guest("say_metadata"))
    instance.init(b'{"success":true}')
    assert instance.ask("", "metadata") == b'{"success":true}'
    assert instance.output() == 0


def test_init_can_fail() -> None:
    assert Instance(guest("init_fails")).init(b"source") == 0


def test_static_answers_are_whole() -> None:
    error = {"success": False, "error": "no such luck"}
    assert json.loads(Instance(guest("error_answer")).ask()) == error
    assert json.loads(Instance(guest("wrong_shape")).ask()) == {"output": 1}
    assert Instance(guest("not_json")).ask() == b"fine, thanks"
    assert Instance(guest("nan_json")).ask() == b'{"success":true,"output":NaN}'
    assert Instance(guest("not_utf8")).ask() == b'{"success":true,"output":"\xff\xfe"}'
    deep = b"[" * 100_000 + b"]" * 100_000
    assert Instance(guest("deep_json")).ask() == b'{"success":true,"output":' + deep + b"}"


def test_the_log_gets_what_the_guests_write() -> None:
    instance = Instance(guest("log_odd"))
    instance.ask()
    assert instance.log == [(-7, b"\x1b[2J\x1b[31mred\nnext\0\xff\xfe")]

    instance = Instance(guest("log_hello"))
    with pytest.raises(wasmtime.Trap):
        instance.ask()
    assert instance.log == [(level, b"hello") for level in range(4)]


def test_a_source_section_is_a_custom_section() -> None:
    empty = guest("empty")
    wasmtime.Module.validate(wasmtime.Engine(), empty + source_section(b"x" * 300))
    assert source_section(b"ab") == b"\x00\x10\x0dpocket.sourceab"


def test_a_plugin_folder_holds_its_manifest_and_module(tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "kept", wasm=b"\0asm", permissions={"cpu": "1s"}, state="kept")
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text())
    assert (manifest["name"], manifest["state"]) == ("kept", "kept")
    assert manifest["permissions"] == {"cpu": "1s"}
    assert (folder / manifest["binary"]).read_bytes() == b"\0asm"
