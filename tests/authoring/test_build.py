"""`pocket plugins build`: which tool it runs, and what it says when that does not go well."""

from __future__ import annotations

import json
import os
import pty
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from cli.conftest import COMMAND, Terminal
from cli.test_terminal import wait_until

from authoring.conftest import MANIFEST, FakeNpm
from pocket.authoring.build import build as build_plugin
from pocket.errors import BuildFailed
from pocket.plugin.module import split_module


def build(terminal: Terminal, *arguments: str, npm: FakeNpm) -> str:
    ended = terminal.run("plugins", "build", "by-hand", *arguments, PATH=npm.path)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize(
    ("language", "tool", "how"),
    [
        ("typescript", "npm", "sudo apt install nodejs npm"),
        ("javascript", "npm", "sudo apt install nodejs npm"),
        ("assemblyscript", "npm", "sudo apt install nodejs npm"),
        ("rust", "cargo", "https://sh.rustup.rs"),
        ("go", "go", "https://go.dev/dl"),
        ("c", "make", "sudo apt install make"),
        ("cpp", "make", "sudo apt install make"),
    ],
)
def test_a_missing_tool_is_one_line_and_the_command_that_installs_it(
    terminal: Terminal, language: str, tool: str, how: str
) -> None:
    assert terminal.run("plugins", "new", "x", "--lang", language).returncode == 0
    ended = terminal.run("plugins", "build", "x", PATH="/nowhere")
    assert ended.returncode == 46
    error, blank, hint = ended.stderr.splitlines()
    assert (error, blank) == (f"error: {tool} is not installed", "")
    assert how in hint


def test_a_target_of_tinygo_asks_for_tinygo(terminal: Terminal) -> None:
    assert terminal.run("plugins", "new", "x", "--lang", "go").returncode == 0
    (terminal.folder / "x" / "tinygo.json").write_text('{"inherits": ["wasip1"]}')
    ended = terminal.run("plugins", "build", "x", PATH="/nowhere")
    error, _, hint = ended.stderr.splitlines()
    assert (ended.returncode, error) == (46, "error: tinygo is not installed")
    assert "https://tinygo.org/getting-started/install" in hint


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("tinygo") is None, reason="there is no tinygo on the PATH")
def test_tinygo_makes_the_same_plugin_of_the_same_source(terminal: Terminal) -> None:
    terminal.timeout_s = 200
    assert terminal.run("plugins", "new", "x", "--lang", "go").returncode == 0
    # A tinygo that finds its C library elsewhere has a target of its own.
    target = os.environ.get("TINYGO_TARGET", '{"inherits": ["wasip1"]}')
    (terminal.folder / "x" / "tinygo.json").write_text(target)
    built = terminal.run("plugins", "build", "x", "--output", "json")
    assert (built.returncode, built.stderr) == (0, "")
    said = json.loads(built.stdout)
    assert said["size_bytes"] < 1_000_000
    assert terminal.run("plugins", "test", "./x").stdout.endswith("2 examples, 0 failed\n")


@pytest.mark.parametrize("name", ["plugin.c", "src/plugin.cpp"])
def test_a_missing_compiler_is_one_line_and_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / name).touch()
    (tmp_path / "manifest.yaml").write_text(MANIFEST)
    monkeypatch.setattr("pocket.authoring.make.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("WASI_SDK_PATH", raising=False)
    with pytest.raises(BuildFailed, match="no compiler from C to WebAssembly") as caught:
        build_plugin(tmp_path, language=None, show=lambda _: None)
    assert "pip install ziglang==0.15.2" in (caught.value.hint or "")


def test_a_wasi_sdk_that_is_named_goes_before_other_compilers(
    terminal: Terminal, by_hand: Path
) -> None:
    (by_hand / "package.json").unlink()
    (by_hand / "plugin.c").touch()
    (by_hand / "Makefile").write_text("build:\n\t@echo $(WASM_CC) $(WASM_CXX); exit 1\n")
    ended = terminal.run("plugins", "build", "by-hand", WASI_SDK_PATH="/opt/wasi-sdk")
    assert "/opt/wasi-sdk/bin/clang /opt/wasi-sdk/bin/clang++" in ended.stderr
    ended = terminal.run("plugins", "build", "by-hand")
    assert "-m ziglang cc" in ended.stderr


@pytest.mark.usefixtures("by_hand")
def test_a_build_says_what_it_made(terminal: Terminal, npm: FakeNpm) -> None:
    printed = build(terminal, npm=npm)
    module = terminal.folder / "by-hand" / "dist" / "plugin.wasm"
    assert printed.startswith("built by-hand/dist/plugin.wasm, ")
    assert printed.endswith(", with npm\n")
    assert json.loads(build(terminal, "--output", "json", npm=npm)) == {
        "name": "by-hand",
        "tool": "npm",
        "module": "by-hand/dist/plugin.wasm",
        "size_bytes": module.stat().st_size,
    }


def test_npm_installs_only_what_has_changed(
    terminal: Terminal, npm: FakeNpm, by_hand: Path
) -> None:
    build(terminal, npm=npm)
    assert npm.asked() == ["install", "run"]
    build(terminal, npm=npm)
    assert npm.asked() == ["run"]
    later = (by_hand / "package.json").stat().st_mtime + 60
    os.utime(by_hand / "package.json", (later, later))
    build(terminal, npm=npm)
    assert npm.asked() == ["install", "run"]
    # As after `git clone`: what was installed elsewhere is installed here, by its hashes.
    (by_hand / "node_modules" / ".package-lock.json").unlink()
    build(terminal, npm=npm)
    assert npm.asked() == ["ci", "run"]


def test_a_build_that_fails_shows_all_that_its_tool_wrote(
    terminal: Terminal, by_hand: Path
) -> None:
    script = "echo to-stdout; echo '   to-stderr' >&2; exit 3"
    (by_hand / "package.json").write_text(json.dumps({"scripts": {"build": script}}))
    ended = terminal.run("plugins", "build", "by-hand")
    assert (ended.returncode, ended.stdout) == (46, "")
    assert ended.stderr == (
        "error: by-hand: `npm run build` failed with exit code 3\n  | to-stdout\n  |    to-stderr\n"
    )
    as_json = terminal.run("plugins", "build", "by-hand", "--output", "json")
    error = json.loads(as_json.stderr)["error"]
    assert (error["code"], error["fault"]) == ("build-failed", "plugin")
    assert error["detail"] == "to-stdout\n   to-stderr"


def test_what_a_tool_writes_cannot_command_the_terminal(terminal: Terminal, by_hand: Path) -> None:
    script = "printf '\\033]0;title\\007'; exit 1"
    (by_hand / "package.json").write_text(json.dumps({"scripts": {"build": script}}))
    ended = terminal.run("plugins", "build", "by-hand")
    assert "\x1b" not in ended.stderr
    assert "\\x1b]0;title\\x07" in ended.stderr


_UUID = "error: to use `uuid` on `wasm32-unknown-unknown`, specify a source of randomness using one"
_GETRANDOM = "error: The wasm32/64-unknown-unknown are not supported by default; you may need to"
_ERROR = "error[E0277]: `?` couldn't convert the error to `std::string::String`"


@pytest.mark.parametrize(
    ("sign", "tool", "said", "do"),
    [
        ("Cargo.toml", "cargo", _UUID, 'write `[build]` and `target = "wasm32-wasip1"` into'),
        ("Cargo.toml", "cargo", _GETRANDOM, "rustup target add wasm32-wasip1"),
        ("Cargo.toml", "cargo", _ERROR, ".map_err(|error| error.to_string())?"),
        ("package.json", "npm", 'The package "fs" is built into node.', "that runs in browsers"),
        ("package.json", "npm", "ERROR AS100: Not implemented: Closures", "has no closures"),
        ("plugin.cpp", "make", "cannot use 'try' with exceptions disabled", "no exceptions"),
    ],
)
def test_what_a_plugin_cannot_have_is_told_with_what_it_can(
    terminal: Terminal, npm: FakeNpm, by_hand: Path, sign: str, tool: str, said: str, do: str
) -> None:
    if sign != "package.json":
        (by_hand / "package.json").unlink()
        (by_hand / sign).touch()
    script = npm.folder / tool
    script.write_text(
        f"#!/bin/sh\n[ $1 = install ] || {{ echo {shlex.quote(said)} >&2; exit 1; }}\n"
    )
    script.chmod(0o755)
    ended = terminal.run("plugins", "build", "by-hand", PATH=npm.path)
    assert ended.returncode == 46
    assert said in ended.stderr
    hint = ended.stderr.splitlines()[-1]
    assert hint.startswith("hint: ")
    assert do in hint


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_packages_of_npm_are_found_as_bundlers_for_browsers_find_them(terminal: Terminal) -> None:
    terminal.timeout_s = 300
    assert terminal.run("plugins", "new", "x", "--lang", "javascript").returncode == 0
    assert terminal.run("plugins", "build", "x").returncode == 0
    folder = terminal.folder / "x"
    for name, files in (
        ("older", {"package.json": '{"main": "it.js"}', "it.js": "exports.it = 'older';"}),
        (
            "both",
            {
                "package.json": '{"main": "it.js", "browser": "web.js"}',
                "it.js": "exports.it = require('fs');",
                "web.js": "exports.it = process.env.NODE_ENV;",
            },
        ),
    ):
        (folder / "node_modules" / name).mkdir()
        for file, text in files.items():
            (folder / "node_modules" / name / file).write_text(text)
    source = folder / "src" / "plugin.js"
    imports = "import { it as older } from 'older';\nimport { it as both } from 'both';\n"
    changed = source.read_text().replace("text.toUpperCase()", "older + typeof both")
    source.write_text(imports + changed)
    built = terminal.run("plugins", "build", "x")
    assert (built.returncode, built.stderr) == (0, "")
    called = terminal.run("plugins", "call", "./x", "x", "--input", '{"text": "a"}')
    assert json.loads(called.stdout) == {"text": "olderstring!"}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_build_in_go_knows_no_folder_of_its_machine(terminal: Terminal) -> None:
    terminal.timeout_s = 200
    assert terminal.run("plugins", "new", "x", "--lang", "go").returncode == 0
    built = terminal.run("plugins", "build", "x")
    assert (built.returncode, built.stderr) == (0, "")
    module = (terminal.folder / "x" / "dist" / "plugin.wasm").read_bytes()
    asked = subprocess.run(["go", "env", "GOROOT", "GOMODCACHE"], capture_output=True, check=True)
    for path in (bytes(terminal.folder), *asked.stdout.split()):
        assert path not in module


def test_a_build_without_a_script_says_what_package_json_lacks(
    terminal: Terminal, by_hand: Path
) -> None:
    (by_hand / "package.json").write_text('{"private": true}')
    ended = terminal.run("plugins", "build", "by-hand")
    assert (ended.returncode, ended.stderr) == (
        46,
        (
            "error: by-hand/package.json: there is no script `build`\n\n"
            'hint: write "scripts": {"build": "..."}, a command that writes dist/plugin.wasm\n'
        ),
    )
    (by_hand / "package.json").write_text("{")
    broken = terminal.run("plugins", "build", "by-hand")
    assert (broken.returncode, broken.stderr[:33]) == (46, "error: by-hand/package.json:1:2: ")


def test_a_build_that_leaves_no_wasm_file_says_where_it_belongs(
    terminal: Terminal, by_hand: Path
) -> None:
    (by_hand / "package.json").write_text('{"scripts": {"build": "true"}}')
    ended = terminal.run("plugins", "build", "by-hand")
    assert (ended.returncode, ended.stderr) == (
        46,
        (
            "error: by-hand: plugin.wasm is missing\n\n"
            "hint: the build has to write by-hand/dist/plugin.wasm, as manifest.yaml says\n"
        ),
    )


def test_a_folder_that_two_tools_could_build_needs_a_word(
    terminal: Terminal, npm: FakeNpm, by_hand: Path
) -> None:
    (by_hand / "Cargo.toml").touch()
    ended = terminal.run("plugins", "build", "by-hand", PATH=npm.path)
    assert (ended.returncode, ended.stderr) == (
        46,
        "error: by-hand: npm and cargo could build it\n\nhint: say which with --lang\n",
    )
    build(terminal, "--lang", "javascript", npm=npm)
    assert npm.asked() == ["install", "run"]


def test_a_folder_that_nothing_could_build_is_told_what_would(
    terminal: Terminal, by_hand: Path
) -> None:
    (by_hand / "package.json").unlink()
    ended = terminal.run("plugins", "build", "by-hand")
    assert ended.returncode == 46
    assert "it has none of package.json, Cargo.toml, src/plugin.py, go.mod, *.c, " in ended.stderr
    (by_hand / "manifest.yaml").unlink()
    ended = terminal.run("plugins", "build", "by-hand")
    assert (ended.returncode, ended.stderr) == (
        15,
        (
            "error: by-hand: there is no manifest.yaml\n\n"
            "hint: go to the folder of a plugin, or name it\n"
        ),
    )


def test_nothing_is_run_for_a_manifest_with_problems(
    terminal: Terminal, npm: FakeNpm, by_hand: Path
) -> None:
    (by_hand / "manifest.yaml").write_text("name: x\n")
    assert terminal.run("plugins", "build", "by-hand", PATH=npm.path).returncode == 11
    assert npm.asked() == []


def test_a_rust_target_that_is_missing_is_one_command_away(terminal: Terminal) -> None:
    assert terminal.run("plugins", "new", "x", "--lang", "rust").returncode == 0
    config = terminal.folder / "x" / ".cargo" / "config.toml"
    config.parent.mkdir()
    # A target that nobody has installed who runs these tests.
    config.write_text('[build]\ntarget = "wasm32v1-none"\n')
    ended = terminal.run("plugins", "build", "x")
    assert ended.returncode == 46
    assert ended.stderr.endswith("\nhint: run `rustup target add wasm32v1-none`\n")


def test_a_crate_that_makes_no_module_is_told_its_crate_type(terminal: Terminal) -> None:
    folder = terminal.folder / "x"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").touch()
    (folder / "manifest.yaml").write_text("name: x\nversion: 1.0.0\nnodes:\n  - type: x\n")
    (folder / "Cargo.toml").write_text('[package]\nname = "x"\nedition = "2024"\n')
    ended = terminal.run("plugins", "build", "x")
    assert (ended.returncode, ended.stderr) == (
        46,
        (
            "error: x: cargo has to make one wasm file, it made none\n\n"
            'hint: Cargo.toml needs [lib] with crate-type = ["cdylib", "rlib"]\n'
        ),
    )


@pytest.mark.usefixtures("by_hand")
def test_a_terminal_is_told_which_tool_runs(terminal: Terminal, npm: FakeNpm) -> None:
    os.mkfifo(npm.gate)
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "plugins", "build", "by-hand"],
        cwd=terminal.folder,
        env=terminal.environ | {"TERM": "xterm-256color", "PATH": npm.path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=follower,
    ) as command:
        os.close(follower)
        seen = b""
        while b"npm run build" not in seen:
            seen += os.read(leader, 65536)
        npm.gate.write_text("go on")
        assert command.stdout
        assert command.stdout.read().startswith(b"built by-hand/dist/plugin.wasm")
    os.close(leader)
    assert command.returncode == 0


@pytest.mark.usefixtures("by_hand")
def test_ctrl_c_ends_the_tool_too(terminal: Terminal, npm: FakeNpm) -> None:
    os.mkfifo(npm.gate)
    started = npm.folder / "npm.pid"
    with subprocess.Popen(
        [*COMMAND, "plugins", "build", "by-hand"],
        cwd=terminal.folder,
        env=terminal.environ | {"PATH": npm.path},
        stderr=subprocess.PIPE,
    ) as command:
        wait_until(lambda: started.exists() and started.read_text().endswith("\n"))
        command.send_signal(signal.SIGINT)
        assert command.wait(20) == 130
    wait_until(lambda: not Path("/proc", started.read_text().strip()).exists())


@pytest.mark.usefixtures("by_hand")
def test_a_map_beside_the_module_gets_into_it_as_far_as_it_is_of_the_author_s_files(
    terminal: Terminal, npm: FakeNpm
) -> None:
    source_map = {
        "version": 3,
        "sources": ["~lib/array.ts", "assembly/plugin.ts"],
        "names": [],
        "mappings": "AAAA,CCAA,CDAA,CAAA",
        "sourcesContent": ["the library", "the source"],
    }
    dist = terminal.folder / "by-hand" / "dist"
    dist.mkdir()
    for _ in range(2):
        (dist / "plugin.wasm.map").write_text(json.dumps(source_map))
        assert terminal.run("plugins", "build", "by-hand", PATH=npm.path).returncode == 0
        module = split_module((dist / "plugin.wasm").read_bytes(), "m")
        assert module.source_map is not None
        assert json.loads(module.source_map) == {
            "version": 3,
            "sources": ["assembly/plugin.ts"],
            "names": [],
            "mappings": "CAAA,C",
        }
    (dist / "plugin.wasm.map").write_text("{")
    ended = terminal.run("plugins", "build", "by-hand", PATH=npm.path)
    assert ended.returncode == 46
    assert "delete it and build again" in ended.stderr
