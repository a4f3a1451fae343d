"""`pocket plugins`: whole sessions as a person sees them, and the exit code of each error."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archives import archive_of
from guests.build import guest, plugin_folder, source_section

from cli.conftest import ROOT, Terminal

Same = Callable[[str, str], None]
SENTIMENT = ROOT / "examples" / "plugins" / "sentiment"


def put(terminal: Terminal, name: str, **options: object) -> Path:
    """Put a guest into the working folder; the plugin bears its name."""
    wasm = options.pop("wasm", None) or guest(name)
    return plugin_folder(terminal.folder, name.replace("_", "-"), wasm=wasm, **options)


@pytest.fixture
def package(terminal: Terminal) -> Path:
    """The package of docs and README: tar -czf sentiment-analyzer.tar.gz manifest.yaml dist/..."""
    archive = terminal.folder / "sentiment-analyzer.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("manifest.yaml", "dist/plugin.wasm"):
            tar.add(SENTIMENT / name, arcname=name)
    return archive


@pytest.fixture
def url(terminal: Terminal) -> Iterator[str]:
    """Where a package is downloaded from."""
    folder = put(terminal, "echo")
    files = {name: (folder / name).read_bytes() for name in ("manifest.yaml", "plugin.wasm")}
    package = terminal.folder / "echo.tar.gz"
    package.write_bytes(archive_of(files))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(package.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{package.name}"
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("package")
def test_a_plugin_from_package_to_removal(terminal: Terminal, same: Same) -> None:
    same(
        "from_package_to_removal",
        terminal.session(
            "plugins list",
            "plugins validate sentiment-analyzer.tar.gz",
            "plugins install sentiment-analyzer.tar.gz",
            "plugins install sentiment-analyzer.tar.gz",
            "plugins install sentiment-analyzer.tar.gz --replace --output json",
            "plugins list",
            "plugins list --output json",
            "plugins info sentiment-analyzer",
            "plugins info sentiment-analizer",
            'plugins call sentiment-analyzer sentiment --input \'{"text": "I love it"}\'',
            'plugins call sentiment-analyzer sentiment -i \'{"text": "I hate it"}\' -o yaml',
            "plugins call sentiment-analyzer sentimant --input 1",
            "plugins call sentiment-analyzer sentiment --input '{}'",
            "plugins call sentiment-analyzer sentiment -i '{}' -c '{\"threshold\": \"x\"}'",
            "plugins test sentiment-analyzer",
            "nodes list",
            "nodes info sentiment",
            "plugins remove sentiment-analyzer",
            "plugins remove sentiment-analyzer",
        ),
    )


def test_a_plugin_from_a_web_server(terminal: Terminal, url: str) -> None:
    right = hashlib.sha256((terminal.folder / "echo.tar.gz").read_bytes()).hexdigest()
    wrong = terminal.run("plugins", "install", url, "--sha256", "0" * 64)
    assert terminal.normal(wrong.stderr) == (
        "error: http://127.0.0.1:PORT/echo.tar.gz: its SHA-256 is HASH, "
        f"not {'0' * 64}\n\nhint: do not install it unless you know why the two differ\n"
    )
    assert wrong.returncode == 17
    missing = terminal.run("plugins", "install", f"{url}.sig")
    assert terminal.normal(missing.stderr) == (
        "error: http://127.0.0.1:PORT/echo.tar.gz.sig: "
        "the server answers 404 File not found\n\nhint: is the address right?\n"
    )
    assert not (terminal.home / "plugins").exists()
    installed = terminal.run("plugins", "install", url, "--sha256", right)
    assert installed.returncode == 0
    assert installed.stderr == ""
    assert installed.stdout.startswith("installed echo 1.0.0 in ")


def test_two_files_copied_by_hand_are_an_installed_plugin(terminal: Terminal) -> None:
    folder = terminal.home / "plugins" / "sentiment-analyzer"
    folder.mkdir(parents=True)
    shutil.copy(SENTIMENT / "manifest.yaml", folder)
    shutil.copy(SENTIMENT / "dist" / "plugin.wasm", folder)
    called = terminal.run(
        "plugins", "call", "sentiment-analyzer", "sentiment", "-i", "-", stdin='{"text": "good"}'
    )
    assert json.loads(called.stdout)["sentiment"] == "positive"


def test_what_is_wrong_with_a_plugin_is_told_with_its_place(terminal: Terminal, same: Same) -> None:
    broken = put(terminal, "echo")
    text = (broken / "manifest.yaml").read_text()
    text = text.replace("permissions: {}", "permissions:\n  memory: 50XB\n  cpus: 1s")
    (broken / "manifest.yaml").write_text(text.replace("version: 1.0.0", "version: 1.0"))
    put(terminal, "missing_call")
    put(terminal, "unknown_import")
    (put(terminal, "loop") / "plugin.wasm").write_bytes(b"not wasm")
    (put(terminal, "trap") / "plugin.wasm").unlink()
    (terminal.folder / "not-an-archive.tar.gz").write_bytes(b"PK\3\4")
    installed = terminal.home / "plugins"
    installed.mkdir(parents=True)
    shutil.copytree(broken, installed / "echo")
    (installed / "empty").mkdir()
    same(
        "what_is_wrong",
        terminal.session(
            "plugins validate ./echo",
            "plugins validate ./echo --output json",
            "plugins validate ./missing-call/",
            "plugins validate unknown-import",
            "plugins validate loop",
            "plugins validate trap",
            "plugins validate nowhere",
            "plugins install not-an-archive.tar.gz",
            "plugins install ftp://example.com/plugin.tar.gz",
            "plugins install trap --sha256 abc",
            "plugins list",
            "plugins info echo",
        ),
    )


def test_input_and_config_are_read_from_the_line_a_file_or_stdin(
    terminal: Terminal, same: Same
) -> None:
    put(terminal, "echo")
    (terminal.folder / "input.json").write_text('{"a": [1, 2.5, "é"]}')
    (terminal.folder / "broken.json").write_text('{"a": 1,\n "b": }')
    same(
        "input",
        terminal.session(
            "plugins call ./echo main --input 7",
            "plugins call ./echo main --input @input.json --output yaml",
            "plugins call ./echo main --input - --config '{\"x\": null}' --output json",
            "plugins call ./echo main --input @broken.json",
            "plugins call ./echo main --input @missing.json",
            "plugins call ./echo main --input '{' --output json",
            "plugins call ./echo main --input 1 --config '[]'",
            stdin='"from stdin"',
        ),
    )


METADATA = b"""{"success":true,"output":{"abi":1,"functions":["exec"],"nodes":[{"type":"main",
"category":"test","description":"main","examples":[
{"name":"right","config":{},"input":1,"output":0},{"name":"wrong","config":{},"input":1,"output":[1]}
]}]}}"""


def test_examples_that_fail_are_shown_with_what_came_instead(
    terminal: Terminal, same: Same
) -> None:
    put(terminal, "say_metadata", wasm=guest("say_metadata") + source_section(METADATA))
    lines = ("plugins test ./say-metadata", "plugins test ./say-metadata --output json")
    same("examples_that_fail", terminal.session(*lines))


QUICK = {"memory": "16MB", "cpu": "100ms", "timeout": "30s"}


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("error_answer", 21, "plugin-error"),
        ("trap", 22, "plugin-crashed"),
        ("memory_fill", 23, "memory-limit-exceeded"),
        ("loop", 24, "cpu-limit-exceeded"),
        ("sleep", 25, "call-timeout"),
        ("huge_output", 26, "output-too-large"),
        ("not_json", 27, "invalid-output"),
    ],
)
def test_a_call_that_fails_has_an_exit_code_of_its_own(
    terminal: Terminal, name: str, code: int, said: str
) -> None:
    limits = {"memory": "200MB"} if name == "huge_output" else QUICK
    # Without a CPU limit in the way, computing is as good as sleeping.
    limits = {"cpu": "30s", "timeout": "300ms"} if name == "sleep" else limits
    wasm = guest("loop") if name == "sleep" else None
    put(terminal, name, wasm=wasm, permissions=limits)
    called = ("plugins", "call", f"./{name.replace('_', '-')}", "main", "--input", "1")
    as_text, as_json = terminal.run(*called), terminal.run(*called, "-o", "json")
    assert (as_text.returncode, as_json.returncode) == (code, code)
    assert as_text.stderr.startswith(f"error: plugin {name.replace('_', '-')}: ")
    error = json.loads(as_json.stderr)["error"]
    assert error["code"] == said
    assert error["message"] in as_text.stderr
    assert as_text.stdout == as_json.stdout == ""


def test_a_worker_that_is_missing_is_an_error_of_the_installation(terminal: Terminal) -> None:
    put(terminal, "echo")
    nowhere = str(terminal.folder / "nowhere")
    ended = terminal.run("plugins", "validate", "echo", POCKET_WORKER=nowhere)
    assert ended.returncode == 42
    assert terminal.normal(ended.stderr) == (
        "error: pocket-worker was not found; looked at\n  /work/nowhere\n\n"
        "hint: install Pocket again with `pip install .`, or set POCKET_WORKER to its path\n"
    )


def test_nothing_is_installed_that_cannot_be_started(terminal: Terminal) -> None:
    put(terminal, "init_fails", wasm=guest("init_fails") + source_section(b"x"))
    ended = terminal.run("plugins", "install", "./init-fails")
    assert ended.returncode in {21, 22, 27}
    assert not (terminal.home / "plugins" / "init-fails").exists()
    assert "Traceback" not in ended.stderr
