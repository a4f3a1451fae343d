"""What a plugin says of itself, and of its errors, made to hurt whoever reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from guests.build import guest, saying, source_section

import pocket
from abuse.siege import Siege
from pocket.document import JSON

DRAFT_7 = "http://json-schema.org/draft-07/schema#"
SLOW = {"pattern": "^(a|aa|a)*$"}


def _deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _unevaluated(depth: int) -> dict[str, JSON]:
    schema: dict[str, JSON] = {"properties": {"x": True}}
    for _ in range(depth):
        schema = {"unevaluatedProperties": False, "allOf": [schema]}
    return schema


def _schema(schema: JSON) -> bytes:
    return b'"configSchema":%b' % orjson.dumps(schema)


def _property(schema: dict[str, JSON], default: JSON) -> bytes:
    return _schema({"properties": {"x": schema | {"default": default}}, "required": ["y"]})


ANSWERS = {
    "a pattern in the words of an older draft": _property(
        {"$schema": DRAFT_7, "dependencies": {"a": {"properties": {"a": SLOW}}}},
        {"a": "a" * 40 + "!"},
    ),
    "8,000 objects that have to be unique": _property(
        {"uniqueItems": True}, [{"a": number} for number in range(8000)]
    ),
    "900 searches of a list of 1,000,000": _property(
        {"allOf": [{"contains": {"const": 1}}] * 450}, [0] * 1_000_000
    ),
    "900 searches of a list of 2,000": _property(
        {"allOf": [{"contains": {"const": 1}}] * 450}, [0] * 2000
    ),
    "unevaluated keywords 30 deep": _schema(_unevaluated(30)),
    "a default 900 deep": b'"configSchema":{"properties":{"x":{"default":%b}}}' % _deep(900),
    "an example 900 deep": b'"examples":[{"input":%b}]' % _deep(900),
    "an example 300 deep": b'"examples":[{"input":%b}]' % _deep(300),
    "300,000 examples": b'"examples":[%b]' % b",".join([b"{}"] * 300_000),
}


@pytest.mark.parametrize("said", ANSWERS.values(), ids=ANSWERS)
def test_metadata(siege: Siege, said: bytes) -> None:
    answer = (
        b'{"success":true,"output":{"abi":1,"functions":[],"nodes":[{"type":"main",%b}]}}' % said
    )
    folder = siege.folder(
        guest("say_metadata") + source_section(answer), permissions={"memory": "100MB"}
    )

    def attack() -> None:
        plugin = siege.host.load(folder)
        siege.keep(plugin)
        plugin.call("main", None)

    siege.fails(attack, pocket.InvalidOutput, pocket.InvalidInput)


ERRORS = {
    "an error of 7,000,000 lines": (
        b'{"success":false,"error":"%b"}' % (b"\\n" * 7_000_000),
        pocket.PluginError,
    ),
    "an answer 300 deep": (b'{"success":true,"output":%b}' % _deep(300), pocket.InvalidOutput),
    "an answer 900 deep": (b'{"success":true,"output":%b}' % _deep(900), pocket.InvalidOutput),
}


@pytest.mark.parametrize(("answer", "error"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_on_the_command_line(
    siege: Siege,
    tmp_path: Path,
    answer: bytes,
    error: type[pocket.PocketError],
    form: str,
) -> None:
    folder = siege.folder(saying(answer), permissions={"memory": "100MB"})
    words = ["plugins", "call", str(folder), "main", "--input", "1", "--output", form]
    command = [sys.executable, "-m", "pocket.cli.main", *words]
    environ = os.environ | {"POCKET_HOME": str(tmp_path / "home of the command")}

    def attack() -> int:
        done = subprocess.run(command, env=environ, capture_output=True, timeout=30, check=False)
        assert len(done.stderr) < 1 << 20
        assert b"a bug in Pocket" not in done.stderr
        # How deep an answer may be is up to what prints it.
        printed = error is pocket.InvalidOutput and done.returncode == 0
        return error.exit_code if printed else done.returncode

    siege.answers(attack, error.exit_code, by="response reader", within_s=30)
