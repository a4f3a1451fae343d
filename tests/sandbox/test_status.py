"""`pocket security status`, and the warning of the switch that leaves layers out."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

import pocket
from sandbox.probe import Prober

REQUIRED = {
    "process",
    "dies with the host",
    "no new privileges",
    "undumpable",
    "closed descriptors",
    "resource limits",
    "landlock",
    "seccomp",
    "CPU timer",
    "wall clock",
    "WebAssembly memory cap",
    "WebAssembly table cap",
}


def _pocket(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pocket.cli.main", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_required_layer_is_on_and_says_how_that_is_known() -> None:
    said = _pocket("security", "status", "--output", "json")
    assert said.returncode == 0, said.stderr
    layers = json.loads(said.stdout)
    assert {layer["name"] for layer in layers if layer["required"]} == REQUIRED
    assert all(layer["state"] == "on" for layer in layers if layer["required"])
    assert all(layer["found_by"] and layer["meaning"] for layer in layers)


def test_the_text_has_a_line_for_every_layer() -> None:
    said = _pocket("security", "status")
    for name in REQUIRED:
        assert f"required  {name}" in said.stdout


@pytest.mark.parametrize("layer", ["landlock", "seccomp"])
def test_a_layer_that_is_left_out_is_shown_and_gives_its_own_exit_code(layer: str) -> None:
    said = _pocket("security", "status", "-o", "json", POCKET_UNSAFE_WITHOUT=layer)
    assert said.returncode == 41
    states = {found["name"]: found["state"] for found in json.loads(said.stdout)}
    assert [name for name in REQUIRED if states[name] != "on"] == [layer]
    assert f"POCKET_UNSAFE_WITHOUT={layer}" in said.stderr


def test_namespaces_are_optional_and_reported() -> None:
    states = []
    for wanted in ("0", "1"):
        said = _pocket("security", "status", "-o", "json", POCKET_NAMESPACES=wanted)
        assert said.returncode == 0, said.stderr
        states += [row["state"] for row in json.loads(said.stdout) if row["name"] == "namespaces"]
    assert states in (["off", "on"], ["unavailable"] * 2)


def test_a_host_warns_of_layers_that_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("POCKET_UNSAFE_WITHOUT", "seccomp, landlock")
    with caplog.at_level(logging.WARNING), pocket.Host(home=tmp_path / "home") as host:
        folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
        assert host.load(folder).call("main", 1).output["input"] == 1
    assert "WITHOUT seccomp and landlock" in caplog.text


def test_a_host_warns_where_a_plugin_that_crashes_could_end_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), pocket.Host(home=tmp_path):
        assert not caplog.records
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        with caplog.at_level(logging.WARNING), pocket.Host(home=tmp_path):
            assert "SIGPIPE ends this program" in caplog.text
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_a_command_that_starts_a_worker_warns_on_stderr(tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "guest", wasm=guest("echo"))
    words = ("plugins", "validate", str(folder))
    home = str(tmp_path / "home")
    assert "WITHOUT" not in _pocket(*words, POCKET_HOME=home).stderr
    assert (
        "WITHOUT landlock"
        in _pocket(*words, POCKET_HOME=home, POCKET_UNSAFE_WITHOUT="landlock").stderr
    )


def test_the_switch_takes_no_word_that_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCKET_UNSAFE_WITHOUT", "secomp")
    with pytest.raises(pocket.SandboxUnavailable, match="'secomp'") as raised:
        pocket.Host(home=tmp_path)
    assert raised.value.hint == "did you mean 'seccomp'?"


def test_a_worker_in_namespaces_of_its_own_answers_and_still_dies_with_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, probe_as: Prober
) -> None:
    if not probe_as("serve", "nothing", namespaces=True).worked:
        pytest.skip("this machine gives ordinary processes no namespaces")
    assert "death_signal=9" in probe_as("serve", "report", without="seccomp", namespaces=True).said
    monkeypatch.setenv("POCKET_NAMESPACES", "1")
    with pocket.Host(home=tmp_path / "home") as host:
        plugin = host.load(plugin_folder(tmp_path, "guest", wasm=guest("counter")))
        plugin.call("main", 1)
        if os.geteuid() == 0:
            network = Path(f"/proc/{plugin.pid}/ns/net").readlink()
            assert network != Path("/proc/self/ns/net").readlink()
