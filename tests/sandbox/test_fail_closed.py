"""A step of the sandbox that the kernel does not take: nothing of the plugin is run."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

import pocket
from pocket.supervisor.binary import find_worker

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="the numbers here are those of x86-64"
)

STEPS = {
    "close other files": 436,
    "die with the host": 157,
    "landlock": 444,
    "seccomp": 317,
    "cpu timer": 38,
}
"""What the error names, and the system call that is missing."""
ALSO_OF_LANDLOCK = 446

Hobble = Callable[[int], None]


@pytest.fixture
def hobble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hobble]:
    """Make workers start on a kernel without one system call."""
    worker = find_worker()

    def hobble(number: int) -> None:
        script = tmp_path / "hobbled-worker"
        program = Path(__file__).with_name("hobble.py")
        script.write_text(
            f'#!/bin/sh\nexec {sys.executable} -IS {program} {number} {worker} "$@"\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("POCKET_WORKER", str(script))
        find_worker.cache_clear()

    yield hobble
    find_worker.cache_clear()


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_cannot_take_a_step_does_not_start(
    step: str, hobble: Hobble, tmp_path: Path
) -> None:
    folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
    hobble(STEPS[step])
    with (
        pocket.Host(home=tmp_path / "home") as host,
        pytest.raises(pocket.SandboxUnavailable, match=step),
    ):
        host.load(folder).call("main", None)


def test_landlock_that_can_be_made_but_not_entered_is_no_landlock(
    hobble: Hobble, tmp_path: Path
) -> None:
    hobble(ALSO_OF_LANDLOCK)
    folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
    with (
        pocket.Host(home=tmp_path / "home") as host,
        pytest.raises(pocket.SandboxUnavailable, match="landlock"),
    ):
        host.load(folder)


def test_only_the_operators_switch_gets_round_it(
    hobble: Hobble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hobble(STEPS["landlock"])
    monkeypatch.setenv("POCKET_UNSAFE_WITHOUT", "landlock")
    folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
    with pocket.Host(home=tmp_path / "home") as host:
        assert host.load(folder).call("main", 1).output["input"] == 1


def test_the_status_says_that_landlock_is_missing(hobble: Hobble) -> None:
    from pocket.supervisor import security

    hobble(STEPS["landlock"])
    found = {layer.name: layer for layer in security.layers()}
    assert found["landlock"].state is security.State.UNAVAILABLE
    assert found["process"].state is security.State.UNAVAILABLE
    assert found["landlock"].missing
    with pytest.raises(pocket.SandboxUnavailable, match="landlock"):
        security.require(list(found.values()))
