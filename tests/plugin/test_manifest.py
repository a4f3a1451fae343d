"""manifest.yaml: what is taken, and what is said of the rest."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket.errors import InvalidManifest
from pocket.plugin.manifest import Manifest, parse_manifest, read_manifest
from pocket.plugin.permissions import Permissions

GOOD = b"""\
name: sentiment-analyzer
version: 1.0.0
description: Sentiment analysis plugin for Pocket
runtime: wasm
binary: plugin.wasm
nodes:
  - type: sentiment
    category: ai
    description: Analyze text sentiment with ML
requirements:
  pocket: ">=0.5.0"
  memory: 50MB
permissions:
  memory: 50MB
  cpu: 100ms
"""


def problems_of(text: bytes) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidManifest) as raised:
        parse_manifest(text, "manifest.yaml")
    return [(str(problem), problem.hint) for problem in raised.value.problems]


def test_a_manifest_is_read_and_what_it_leaves_out_has_defaults() -> None:
    manifest = parse_manifest(GOOD, "manifest.yaml")
    assert (manifest.name, manifest.version, manifest.state) == (
        "sentiment-analyzer",
        "1.0.0",
        "fresh",
    )
    assert [node.type for node in manifest.nodes] == ["sentiment"]
    assert manifest.permissions == Permissions(memory_bytes=50 << 20, cpu_s=0.1, timeout_s=5.0)
    small = parse_manifest(b"name: a\nversion: 0.1.0\nnodes: [{type: a}]", "m")
    assert small.permissions == Permissions()
    assert small.permissions.network == small.permissions.env == ()


def test_permissions_may_be_a_list_of_one_key_each() -> None:
    text = (
        GOOD[: GOOD.index(b"permissions")]
        + b"""\
permissions:
  - network: ["api.example.com", "*.trusted-domain.com"]
  - env: ["API_KEY", "SERVICE_URL"]
  - filesystem: ["read:/data", "write:/tmp"]
  - memory: 100MB
  - cpu: 1000ms
"""
    )
    permissions = parse_manifest(text, "manifest.yaml").permissions
    assert list(map(str, permissions.network)) == ["api.example.com", "*.trusted-domain.com"]
    assert permissions.env == ("API_KEY", "SERVICE_URL")
    assert list(map(str, permissions.filesystem)) == ["read:/data", "write:/tmp"]
    assert (permissions.memory_bytes, permissions.cpu_s) == (100 << 20, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "problem", "hint"),
    [
        (
            b"memory: 50MB\n  cpu",
            b"memory: 50XB\n  cpu",
            "14:11: permissions.memory: '50XB' is not a size",
            "write it like 50MB or 50MiB",
        ),
        (
            b"cpu: 100ms",
            b"cpu: fast",
            "15:8: permissions.cpu: 'fast' is not a duration",
            "write it like 300ms, 1.5s or 1h30m",
        ),
        (
            b"cpu: 100ms",
            b"cpu: 2h",
            "15:8: permissions.cpu: 2h is not from 1ms to 3600s",
            None,
        ),
        (
            b"cpu: 100ms",
            b"cpus: 100ms",
            "15:3: permissions.cpus: unknown key",
            "did you mean 'cpu'?",
        ),
        (
            b"memory: 50MB\nperm",
            b"memory: 60MB\nperm",
            "12:11: requirements.memory: 60MB is more than permissions.memory, 50MB",
            "write permissions.memory: 60MB",
        ),
        (
            b">=0.5.0",
            b">=99",
            "11:11: requirements.pocket: this is Pocket 0.5.0, the plugin needs >=99",
            "upgrade Pocket",
        ),
        (
            b">=0.5.0",
            b"newest",
            "11:11: requirements.pocket: 'newest' is no version range",
            "write it like >=0.5.0",
        ),
        (
            b"sentiment-analyzer",
            b"Sentiment",
            "1:7: name: 'Sentiment' has not the form that is wanted here",
            "write it like sentiment-analyzer",
        ),
        (
            b"1.0.0\n",
            b"1.0\n",
            "2:10: version: 1.0 is not of type string",
            "write it like 1.0.0",
        ),
        (
            b"binary: plugin.wasm",
            b"binary: ../plugin.wasm",
            "5:9: binary: '../plugin.wasm' has not the form that is wanted here",
            "write it like plugin.wasm or dist/plugin.wasm",
        ),
        (
            b"requirements",
            b"  - type: sentiment\nrequirements",
            "10:11: nodes[1].type: sentiment stands here twice",
            None,
        ),
        (b"runtime: wasm", b"runtime: native", "4:10: runtime: 'native' is none of wasm", None),
        (b"version: 1.0.0\n", b"", "1:1: 'version' is missing", None),
    ],
)
def test_a_problem_has_its_place_its_path_and_a_hint(
    old: bytes, new: bytes, problem: str, hint: str | None
) -> None:
    assert GOOD.count(old) == 1 or old == b"requirements"
    assert problems_of(GOOD.replace(old, new, 1)) == [(f"manifest.yaml:{problem}", hint)]


def test_all_problems_are_told_at_once_and_in_order() -> None:
    found = problems_of(
        b"""\
name: Sentiment
runtime: lua
nodes:
  - typ: x
permissions:
  - memory: 50XB
  - netwrk: [a]
  - cpu: 1s
  - cpu: 2s
  - [cpu]
"""
    )
    assert [problem.split(": ")[0].removeprefix("manifest.yaml:") for problem, _ in found] == [
        "1:1", "1:7", "2:10", "4:5", "4:5", "6:13", "7:5", "9:5", "10:5",
    ]  # fmt: skip


@pytest.mark.parametrize("text", [b"", b"[]", b"7", b"name", b"{}", b"permissions: 7", b"nodes: 1"])
def test_any_other_document_is_refused(text: bytes) -> None:
    assert problems_of(text)


@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_a_damaged_manifest_is_read_or_refused_and_nothing_else(
    chance: random.Random, changes: int
) -> None:
    text = bytearray(GOOD)
    for _ in range(changes):
        at = chance.randrange(len(text))
        text[at : at + chance.randrange(3)] = bytes(chance.choices(b"a:[]{}-\n 0.&*", k=2))
    with contextlib.suppress(InvalidManifest):
        assert isinstance(parse_manifest(bytes(text), "m"), Manifest)


def test_a_file_that_is_not_there_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidManifest, match=r"manifest\.yaml: No such file"):
        read_manifest(tmp_path / "manifest.yaml")
