"""What happens to a plugin that takes more than it may: a typed error, and nothing else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import QUICK, Load
from guests.build import guest, source_section

import pocket

DEADLINE_S = 9.0
"""The longest of the limits below, a start and a spawn on a busy machine; any hang is far longer."""

IN_A_CALL = [
    ("memory_grow", pocket.MemoryLimitExceeded),
    ("memory_fill", pocket.MemoryLimitExceeded),
    ("table_grow", pocket.PluginCrashed),
    ("loop", pocket.CpuLimitExceeded),
    ("busy_wait", pocket.CpuLimitExceeded),
    ("recurse", pocket.PluginCrashed),
    ("trap", pocket.PluginCrashed),
    ("exit", pocket.PluginCrashed),
    ("bad_pointer", pocket.InvalidOutput),
    ("long_len", pocket.InvalidOutput),
    ("negative_len", pocket.OutputTooLarge),
    ("not_json", pocket.InvalidOutput),
    ("not_utf8", pocket.InvalidOutput),
    ("wrong_shape", pocket.InvalidOutput),
    ("deep_json", pocket.InvalidOutput),
    ("nan_json", pocket.InvalidOutput),
    ("empty_answer", pocket.InvalidOutput),
]


@pytest.mark.parametrize(("name", "error"), IN_A_CALL)
def test_a_call_that_misbehaves_ends_in_its_error_while_others_go_on(
    load: Load, name: str, error: type[pocket.PocketError]
) -> None:
    bystander = load("echo", name="bystander")
    bystander.call("main", 1)
    pid = bystander.pid
    plugin = load(name)
    for _ in range(2):  # the second call gets a new worker
        begun = time.monotonic()
        with pytest.raises(error) as raised:
            plugin.call("main", None)
        assert time.monotonic() - begun < DEADLINE_S
        assert "guest" in str(raised.value)
    assert bystander.call("main", 2).output["input"] == 2
    assert bystander.pid == pid


def test_an_answer_over_the_cap_is_output_too_large(load: Load) -> None:
    plugin = load("huge_output", permissions={"memory": "200MB", "cpu": "5s"})
    with pytest.raises(pocket.OutputTooLarge, match="limit"):
        plugin.call("main", None)


def test_the_clock_on_the_wall_stops_a_call_that_uses_little_cpu(load: Load) -> None:
    plugin = load("loop", permissions={"cpu": "1h", "timeout": "300ms"})
    begun = time.monotonic()
    with pytest.raises(pocket.CallTimeout, match="300ms"):
        plugin.call("main", None)
    assert 0.3 <= time.monotonic() - begun < DEADLINE_S
    assert plugin.pid is None


def test_a_caller_may_give_a_call_less_time_but_not_more(load: Load) -> None:
    plugin = load("loop", permissions={"cpu": "1h", "timeout": "1s"})
    with pytest.raises(pocket.CallTimeout, match="100ms"):
        plugin.call("main", None, timeout_s=0.1)
    with pytest.raises(pocket.CallTimeout, match="1s"):
        plugin.call("main", None, timeout_s=60)


@pytest.mark.parametrize(
    ("wasm", "error"),
    [
        pytest.param(guest("loop_in_start"), pocket.CpuLimitExceeded, id="loop_in_start"),
        pytest.param(guest("loop_in_initialize"), pocket.CpuLimitExceeded, id="loop_in_initialize"),
        pytest.param(
            guest("loop_in_init") + source_section(b"x"), pocket.CpuLimitExceeded, id="loop_in_init"
        ),
        pytest.param(guest("trap_in_start"), pocket.PluginCrashed, id="trap_in_start"),
        pytest.param(guest("exit_in_initialize"), pocket.PluginCrashed, id="exit_in_initialize"),
        pytest.param(
            guest("init_fails") + source_section(b"x"), pocket.PluginCrashed, id="init_fails"
        ),
        pytest.param(guest("loop_in_metadata"), pocket.CpuLimitExceeded, id="loop_in_metadata"),
        pytest.param(guest("alloc_zero"), pocket.PluginCrashed, id="alloc_zero"),
        pytest.param(guest("bad_alloc"), pocket.InvalidOutput, id="bad_alloc"),
        pytest.param(guest("big_memory"), pocket.MemoryLimitExceeded, id="big_memory"),
        pytest.param(guest("big_table"), pocket.InvalidModule, id="big_table"),
    ],
)
def test_a_start_that_misbehaves_is_an_error_of_load(
    load: Load, wasm: bytes, error: type[pocket.PocketError]
) -> None:
    begun = time.monotonic()
    with pytest.raises(error):
        load(wasm)
    assert time.monotonic() - begun < DEADLINE_S


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing_call", "export `__pocket_call` is missing"),
        ("missing_memory", "export `memory` is missing"),
        ("wrong_signature", "export `__pocket_alloc` has the type"),
        ("unknown_import", "import `env.system` is unknown"),
        ("wrong_import_type", "import `pocket.log` has the type"),
        ("imported_memory", "is not a function"),
        ("reserved_export", "export `__pocket_state_global_0` is reserved"),
        ("many_memories", "memories"),
        ("memory64", "memory64"),
        ("shared_memory", "threads"),
        ("empty", "export `memory` is missing"),
    ],
)
def test_a_module_that_is_no_plugin_is_refused_by_name(load: Load, name: str, problem: str) -> None:
    with pytest.raises(pocket.InvalidModule) as raised:
        load(name)
    assert problem in str(raised.value)


def test_every_problem_of_a_module_is_named_at_once(load: Load) -> None:
    with pytest.raises(pocket.InvalidModule) as raised:
        load("empty")
    assert len(str(raised.value).splitlines()) == 3


@pytest.mark.parametrize("name", ["log_flood", "stderr_flood"])
def test_a_flood_of_log_lines_is_cut_and_the_call_goes_on(
    load: Load, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    plugin = load(name, permissions=QUICK | {"cpu": "2s"})
    with caplog.at_level("DEBUG", logger="pocket.plugin"):
        assert plugin.call("main", None).output == 0
    assert 0 < sum(len(record.message) for record in caplog.records) < 200_000


def test_a_log_line_cannot_command_the_terminal(
    load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="pocket.plugin"):
        load("log_odd").call("main", None)
    assert "\x1b" not in caplog.text
    assert r"\x1b" in caplog.text


def test_log_levels_reach_python_and_the_error_keeps_the_last_lines(
    load: Load, caplog: pytest.LogCaptureFixture
) -> None:
    plugin = load("log_hello")
    with (
        caplog.at_level("DEBUG", logger="pocket.plugin"),
        pytest.raises(pocket.PluginCrashed) as raised,
    ):
        plugin.call("main", None)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["DEBUG", "INFO", "WARNING", "ERROR"]
    assert raised.value.detail is not None
    assert len(raised.value.detail.splitlines()) == 4


@pytest.mark.parametrize(
    ("name", "output"),
    [("surroundings", [0, 0]), ("descriptors", 0), ("open_file", 8), ("log_bad_pointer", 0)],
)
def test_a_guest_sees_nothing_of_the_machine(load: Load, name: str, output: object) -> None:
    assert load(name).call("main", None).output == output


def test_a_guest_has_time_and_randomness(load: Load) -> None:
    seconds, _ = load("clock", name="clock").call("main", None).output
    assert abs(seconds - time.time()) < 60
    random = load("random", name="random")
    assert random.call("main", None).output != random.call("main", None).output


def test_wasi_checks_every_pointer(load: Load) -> None:
    assert all(load("wasi_bad_pointer").call("main", None).output)


def _open_files_and_children() -> tuple[int, int]:
    children = [file.read_text().split() for file in Path("/proc/self/task").glob("*/children")]
    return len(list(Path("/proc/self/fd").iterdir())), sum(map(len, children))


def test_nothing_of_a_dead_call_is_left_behind(load: Load) -> None:
    plugin = load("trap")
    _, before = _open_files_and_children()
    seen = set()
    for _ in range(30):
        with pytest.raises(pocket.PluginCrashed):
            plugin.call("main", None)
        seen.add(_open_files_and_children())
    ((_, children),) = seen
    assert children == before


def test_fuel_is_counted_the_same_every_time_and_only_when_it_is_asked_for(load: Load) -> None:
    metered = load("echo", name="metered", permissions={"fuel": 1_000_000})
    spent = {metered.call("main", [1, 2, 3]).usage.fuel for _ in range(5)}
    assert len(spent) == 1
    assert 0 < spent.pop() < 1_000_000
    assert load("echo", name="unmetered").call("main", None).usage.fuel is None


@pytest.mark.parametrize("name", ["loop", "fill_for_ever", "recurse"])
def test_a_call_that_uses_up_its_fuel_is_stopped_by_it_and_not_by_the_clock(
    load: Load, name: str
) -> None:
    permissions = {"fuel": 10_000, "cpu": "1h", "timeout": "1m"}
    plugin = load(name, permissions=permissions)
    begun = time.monotonic()
    with pytest.raises(pocket.FuelExhausted) as raised:
        plugin.call("main", None)
    assert time.monotonic() - begun < DEADLINE_S
    assert "permissions.fuel is 10000" in (raised.value.hint or "")


def test_fuel_is_charged_for_the_length_of_what_one_instruction_moves(load: Load) -> None:
    units = 65_536 // 8
    spent = load("fill_once", permissions={"fuel": 2 * units}).call("main", None).usage.fuel
    assert spent is not None
    assert units < spent < 2 * units
    poor = load("fill_once", name="poor", permissions={"fuel": units})
    with pytest.raises(pocket.FuelExhausted):
        poor.call("main", None)
