"""A value of the environment shows in no error, log or trace; the name of its variable does."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from capability.loopback import response, site
from cli.conftest import Terminal
from guests.build import plugin_folder
from guests.javascript import javascript

from pocket import Host, Workflow
from pocket.errors import InvalidWorkflow, PluginCrashed, PluginError, PocketError
from pocket.masking import Mask
from pocket.plugin.package import read_package

SECRET = 'to"ken/ü 7f3a'
SHOWN = "${API_KEY}"
FORMS = ("7f3a", "%207f3a", "+7f3a")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", SECRET)


def write(folder: Path, *nodes: dict[str, Any], **more: Any) -> Path:
    file = folder / "workflow.yaml"
    file.write_text(json.dumps({"name": "w", "nodes": list(nodes), **more}))
    return file


def plugin(host: Host, folder: Path, body: str, **permissions: Any) -> None:
    made = plugin_folder(
        folder, "teller", wasm=javascript(body), nodes=["main"], permissions=permissions
    )
    host.store.install(read_package(made), replace=True)


def said(error: PocketError) -> str:
    return f"{error} {error.args} {error.hint} {getattr(error, 'detail', '')} {error.__cause__}"


def assert_hidden(text: str) -> None:
    assert not any(form in text for form in FORMS), text
    assert SHOWN in text


def failure(file: Path, value: Any = None, host: Host | None = None) -> str:
    with pytest.raises(PocketError) as raised:
        Workflow.load(file, host=host).run(value)
    return said(raised.value)


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("http", {"url": "ftp://host/${API_KEY}"}),
        ("http", {"url": "http://127.0.0.1:1/", "headers": {"X Key ${API_KEY}": "${API_KEY}\n"}}),
        ("template", {"template": '{{fail "no ${API_KEY2}"}}'}),
        ("template", {"template": "{{fail .key}} ${API_KEY2}"}),
        ("template", {"template": "${API_KEY2} no json", "output_format": "json"}),
        ("file", {"operation": "read", "path": "../${API_KEY}"}),
        ("exec", {"command": "${API_KEY}"}),
        ("exec", {"command": "sh", "args": ["-c", 'echo "$0" >&2; exit 3', "${API_KEY}"]}),
        # Only the end of stderr is told, and it begins in the middle of the secret.
        (
            "exec",
            {"command": "sh", "args": ["-c", 'echo "$0" >&2; exit 3', "${API_KEY}" + "x" * 490]},
        ),
        ("jsonpath", {"path": "$[?@.a == '${API_KEY2}'"}),
        ("validate", {"schema": {"const": "${API_KEY}"}}),
    ],
)
def test_an_error_of_a_node_hides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, config: dict[str, Any]
) -> None:
    monkeypatch.setenv("API_KEY2", "plain-7f3a-secret")
    if kind == "exec":
        config = {**config, "fail_on_error": True}
    text = failure(
        write(tmp_path, {"name": "n", "type": kind, "config": config}),
        {"key": 'a "plain-7f3a-secret"'},
    )
    assert "7f3a" not in text, text


def test_an_answer_of_a_server_in_an_error_hides_it(tmp_path: Path) -> None:
    with site(response(b"", status=500)) as server:
        url = f"http://127.0.0.1:{server.port}/${{API_KEY}}"
        config = {"url": url, "params": {"key": SHOWN}, "fail_on_error": True}
        text = failure(write(tmp_path, {"name": "n", "type": "http", "config": config}))
    assert "status 500" in text
    assert "7f3a" not in text


def test_what_a_plugin_says_and_logs_hides_what_it_was_given(
    tmp_path: Path, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    body = "pocket.log.warn(`used ${input.key}`); throw new Error(`not ${input.key}`);"
    plugin(host, tmp_path, body, memory="32MB", cpu="2s", timeout="10s")
    nodes = [
        {
            "name": "make",
            "type": "template",
            "config": {"template": '{"key": {{json .}}}', "output_format": "json"},
        },
        {"name": "n", "type": "teller/main"},
        {"name": "unused", "type": "echo", "config": {"message": SHOWN}},
    ]
    with caplog.at_level(logging.WARNING, "pocket.plugin"):
        text = failure(write(tmp_path, *nodes), SECRET, host)
    assert_hidden(text)
    assert_hidden(caplog.text)


def test_what_a_plugin_says_and_logs_hides_its_environment(
    tmp_path: Path, host: Host, caplog: pytest.LogCaptureFixture
) -> None:
    body = """
        const key = pocket.env.API_KEY;
        pocket.log.warn(`used ${key}`);
        if (input === 'crash') pocket.log.error(key), [][0].x.y;
        throw new Error(`not ${key}`);
    """
    plugin(host, tmp_path, body, memory="32MB", cpu="2s", timeout="10s", env=["API_KEY"])
    loaded = host.load("teller")
    with (
        caplog.at_level(logging.WARNING, "pocket.plugin"),
        pytest.raises((PluginError, PluginCrashed)) as raised,
    ):
        loaded.call("main", None)
    assert_hidden(said(raised.value))
    assert_hidden(caplog.text)
    (result,) = loaded.map("main", [None], return_errors=True)
    assert result.error is not None
    assert_hidden(said(result.error))


def test_what_a_plugin_says_after_a_stream_hides_its_environment(
    tmp_path: Path, host: Host
) -> None:
    wasm = javascript("throw new Error(`not ${pocket.env.API_KEY}`);", stream=True)
    asked = {"memory": "32MB", "cpu": "2s", "timeout": "10s", "env": ["API_KEY"]}
    made = plugin_folder(tmp_path, "streaming-teller", wasm=wasm, permissions=asked)
    with host.load(made).stream("main", []) as stream, pytest.raises(PluginError) as raised:
        stream.result()
    assert_hidden(said(raised.value))


def test_the_error_that_a_node_gets_hides_it(tmp_path: Path) -> None:
    nodes = [
        {"name": "n", "type": "template", "config": {"template": '{{fail .}}{{"${API_KEY2:x}"}}'}},
        {"name": "m", "type": "echo", "config": {"message": SHOWN}},
        {"name": "after", "type": "template", "config": {"template": "{{.error.message}}"}},
    ]
    connections = [{"from": "n", "to": "after", "action": "error"}, {"from": "n", "to": "m"}]
    output = Workflow.load(write(tmp_path, *nodes, connections=connections)).run(SECRET).output
    assert_hidden(str(output))


def test_a_task_that_failed_hides_it(tmp_path: Path) -> None:
    task = {"name": "t", "node": "exec", "config": {"command": SHOWN}}
    node = {"name": "n", "type": "parallel", "config": {"tasks": [task]}}
    assert_hidden(json.dumps(Workflow.load(write(tmp_path, node)).run(None).output))


@pytest.mark.parametrize(
    "node",
    [
        {"name": "n", "type": SHOWN},
        {"name": "n", "type": "delay", "config": {"duration": SHOWN}},
        {"name": "n", "type": "delay", "timeout": SHOWN},
        {"name": "n", "type": "template", "config": {"template_file": SHOWN}},
        {"name": "n", "type": "aggregate", "config": {"mode": SHOWN}},
    ],
)
def test_what_is_wrong_with_the_file_hides_it(tmp_path: Path, host: Host, node: Any) -> None:
    with pytest.raises(InvalidWorkflow) as raised:
        Workflow.load(write(tmp_path, node), host=host)
    assert_hidden(said(raised.value))


def test_the_command_shows_it_nowhere(terminal: Terminal) -> None:
    node = {"name": "n", "type": "exec", "config": {"command": SHOWN}, "fallback": {"output": 1}}
    last = {"name": "m", "type": "template", "config": {"template": "{{fail . }}"}}
    about = {"description": SHOWN, "version": SHOWN, "metadata": {"key": SHOWN}}
    file = write(terminal.folder, node, last, **about)
    for output in ("text", "json"):
        ended = terminal.run(
            "run", str(file), "--trace", "t.jsonl", "-v", "-o", output, API_KEY=SECRET
        )
        trace = (terminal.folder / "t.jsonl").read_text()
        assert ended.returncode == 30
        assert "7f3a" not in ended.stdout + ended.stderr
        assert_hidden(trace)
        steps = [json.loads(line) for line in trace.splitlines()]
        assert steps[0]["error"].startswith(f"cannot start '{SHOWN}'")
        assert steps[0]["workflow"] == {"name": "w", **about}
        assert_hidden(
            terminal.run("run", str(file), "--dry-run", "-o", output, API_KEY=SECRET).stdout
        )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a s3cret.* b", "a ${A} b"),
        ("a s3cret.*-long b", "a ${B} b"),
        ("a S3CRET.* b", "a S3CRET.* b"),
        ("on", "on"),
        ("s3cret.%2A", "${A}"),
    ],
)
def test_a_mask_hides_whole_values_and_no_more(text: str, shown: str) -> None:
    assert Mask({"A": "s3cret.*", "B": "s3cret.*-long", "C": "on"}).text(text) == shown
