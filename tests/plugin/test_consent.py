"""What a person is asked before a plugin is installed, and when not."""

from __future__ import annotations

from pathlib import Path

import pytest
from guests.build import guest, plugin_folder

from pocket.plugin.consent import Difference, asks_for_more
from pocket.plugin.manifest import parse_manifest
from pocket.plugin.package import read_package
from pocket.plugin.permissions import Permissions
from pocket.plugin.store import Store


def asking(*permissions: str) -> Permissions:
    lines = "\n".join(f"  {line}" for line in ("memory: 1MB", *permissions))
    text = f"name: a\nversion: 1.0.0\nnodes: [{{type: a}}]\npermissions:\n{lines}"
    return parse_manifest(text.encode(), "m.yaml").permissions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["network: ['*.a.com']"], ["network: [api.a.com, 'https://b.a.com']"]),
        (["network: ['http://a.com', 'https://a.com']"], ["network: [a.com]"]),
        (["env: [A, B]"], ["env: [B]"]),
        (["filesystem: [read:/data]"], ["filesystem: [read:/data/x, read:/data/y]"]),
        (["filesystem: [write:/o]", "disk: 2MB"], ["filesystem: [write:/o]", "disk: 1MB"]),
        (["store: 1MB"], ["store: 1MB"]),
        ([], ["cpu: 1h", "fuel: 1000"]),
        ([], ["disk: 1GB"]),
    ],
)
def test_the_same_or_less_needs_no_new_consent(old: list[str], new: list[str]) -> None:
    assert not asks_for_more(asking(*new), asking(*old))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], ["network: [a.com]"]),
        (["network: [a.com]"], ["network: ['*.a.com']"]),
        (["network: [https://a.com]"], ["network: [a.com]"]),
        (["env: [A]"], ["env: [A, B]"]),
        (["filesystem: [read:/data/x]"], ["filesystem: [read:/data]"]),
        (["filesystem: [read:/data]"], ["filesystem: [write:/data]"]),
        (["filesystem: [read:/data]"], ["filesystem: [read:/database]"]),
        (["filesystem: [write:/o]"], ["filesystem: [write:/o]", "disk: 65MB"]),
        ([], ["store: 1KB"]),
        (["store: 1KB"], ["store: 2KB"]),
    ],
)
def test_anything_more_needs_consent(old: list[str], new: list[str]) -> None:
    assert asks_for_more(asking(*new), asking(*old))


def test_a_new_version_is_compared_with_the_installed_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    old = plugin_folder(
        tmp_path / "old", "a", wasm=guest("echo"), permissions={"env": ["A"], "store": "1MB"}
    )
    first = read_package(old)
    assert Difference.from_installed(store, first.manifest).lines() == [
        "+ may use up to 100MB of memory",
        "+ may use up to 1s of CPU time in a call",
        "+ may take up to 5s for a call",
        "+ sees the environment variable A",
        "+ keeps up to 1MB of its own data",
    ]
    store.install(first)
    new = plugin_folder(
        tmp_path / "new", "a", wasm=guest("echo"), permissions={"env": ["B"], "store": "1MB"}
    )
    difference = Difference.from_installed(store, read_package(new).manifest)
    assert difference.needs_consent
    assert difference.replaces == "1.0.0"
    assert difference.lines() == [
        "- sees the environment variable A",
        "+ sees the environment variable B",
    ]
    same = Difference.from_installed(store, first.manifest)
    assert (same.needs_consent, same.lines()) == (False, [])


def test_nobody_agreed_to_an_installed_manifest_that_cannot_be_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    folder = plugin_folder(tmp_path, "a", wasm=guest("echo"), permissions={"env": ["A"]})
    package = read_package(folder)
    store.install(package)
    (store.plugins_folder / "a" / "manifest.yaml").write_text("nonsense")
    assert Difference.from_installed(store, package.manifest).needs_consent
