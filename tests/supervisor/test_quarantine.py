"""A plugin that does not start is not tried for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor import quarantine
from pocket.supervisor.quarantine import FIRST_PAUSE_S, MOST_FAILURES, quarantined, release

Clock = Callable[[float], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Move the clock of the quarantine on, so that no test has to sleep."""
    passed_s = 0.0
    monkeypatch.setattr(quarantine, "monotonic", lambda: time.monotonic() + passed_s)

    def wait(seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds

    return wait


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return plugin_folder(tmp_path, "broken", wasm=guest("trap_in_start"))


def test_after_a_failed_start_the_next_one_waits_longer_and_longer(
    tmp_path: Path, broken: Path, wait: Clock
) -> None:
    with pocket.Host(home=tmp_path / "home") as host:
        for turn in range(3):
            with pytest.raises(pocket.PluginCrashed):
                host.load(broken)
            with pytest.raises(pocket.PluginQuarantined, match=f"{turn + 1} starts") as raised:
                host.load(broken)
            assert raised.value.retryable
            wait(FIRST_PAUSE_S * 2**turn + 0.01)


def test_in_the_end_it_is_in_quarantine_for_every_process_until_it_is_released(
    tmp_path: Path, broken: Path, wait: Clock
) -> None:
    home = tmp_path / "home"
    with pocket.Host(home=home) as host:
        for _ in range(MOST_FAILURES):
            with pytest.raises(pocket.PluginCrashed):
                host.load(broken)
            wait(60)
        with pytest.raises(pocket.PluginQuarantined, match="unreachable") as raised:
            host.load(broken)
        assert "pocket plugins release broken" in (raised.value.hint or "")
        good = host.load(plugin_folder(tmp_path, "good", wasm=guest("echo")))
        assert good.call("main", 1).output["input"] == 1
    assert list(quarantined(home)) == ["broken"]
    with pocket.Host(home=home) as other:
        with pytest.raises(pocket.PluginQuarantined):
            other.load(broken)
        assert release(home, "broken")
        with pytest.raises(pocket.PluginCrashed):
            other.load(broken)
    assert quarantined(home) == {}


def test_another_version_of_the_plugin_is_not_in_quarantine(
    tmp_path: Path, broken: Path, wait: Clock
) -> None:
    with pocket.Host(home=tmp_path / "home") as host:
        for _ in range(MOST_FAILURES):
            with pytest.raises(pocket.PluginCrashed):
                host.load(broken)
            wait(60)
        (broken / "plugin.wasm").write_bytes(guest("echo"))
        assert host.load(broken).call("main", 1).output["input"] == 1


def test_a_start_that_works_wipes_the_slate(tmp_path: Path, broken: Path, wait: Clock) -> None:
    counted = quarantine.Quarantine("any", tmp_path / "any.json")
    for _ in range(MOST_FAILURES * 2):
        counted.check()
        counted.failed(pocket.PluginCrashed("it crashed"))
        wait(60)
        counted.check()
        counted.started()
    assert not (tmp_path / "any.json").exists()


def test_crashes_of_calls_do_not_count(tmp_path: Path) -> None:
    with pocket.Host(home=tmp_path / "home") as host:
        plugin = host.load(plugin_folder(tmp_path, "trap", wasm=guest("trap")))
        for _ in range(MOST_FAILURES * 2):
            with pytest.raises(pocket.PluginCrashed):
                plugin.call("main", None)
