"""What a plugin may ask for: each entry read, refused with its place, and said in words."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocket.errors import InvalidManifest
from pocket.plugin.folder_grant import FolderGrant, beneath, modes_by_folder, refused_beside
from pocket.plugin.manifest import manifest_schema, parse_manifest
from pocket.plugin.network_rule import NetworkRule
from pocket.plugin.permissions import Permissions
from pocket.plugin.policy_reader import policy_schema

HEAD = "name: a\nversion: 1.0.0\nnodes: [{type: a}]\npermissions:\n"


def permissions_of(*lines: str) -> Permissions:
    return parse_manifest((HEAD + "\n".join(lines)).encode(), "m.yaml").permissions


def problems_of(*lines: str) -> list[tuple[str, str | None]]:
    with pytest.raises(InvalidManifest) as raised:
        permissions_of(*lines)
    return [(str(problem), problem.hint) for problem in raised.value.problems]


def test_every_permission_is_read_in_the_form_of_a_mapping_and_of_a_list() -> None:
    asked = {
        "memory": "50MB",
        "cpu": "100ms",
        "timeout": "2s",
        "fuel": 10_000_000,
        "network": ["https://API.example.com:8443", "*.trusted-domain.com"],
        "env": ["API_KEY", "SERVICE_URL"],
        "filesystem": ["read:/data", "write:/tmp/out"],
        "disk": "10MB",
        "store": "1MB",
    }
    mapping = permissions_of("  " + json.dumps(asked))
    listed = permissions_of("  " + json.dumps([{key: value} for key, value in asked.items()]))
    assert mapping == listed
    assert mapping == Permissions(
        memory_bytes=50 << 20,
        cpu_s=0.1,
        timeout_s=2.0,
        fuel=10_000_000,
        network=(
            NetworkRule.parse("https://api.example.com:8443"),
            NetworkRule.parse("*.trusted-domain.com"),
        ),
        env=("API_KEY", "SERVICE_URL"),
        filesystem=(FolderGrant("read", "/data"), FolderGrant("write", "/tmp/out")),
        disk_bytes=10 << 20,
        store_bytes=1 << 20,
    )
    assert mapping.to_json()["filesystem"] == ["read:/data", "write:/tmp/out"]


def test_a_plugin_that_asks_for_nothing_gets_nothing_of_the_world() -> None:
    nothing = permissions_of("  memory: 1MB")
    assert nothing.grants_in_words() == []
    assert (nothing.fuel, nothing.store_bytes, nothing.writes) == (None, 0, False)


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        (
            "  network: [api.example.com, http://a.com/x]",
            "5:30: permissions.network[1]: 'http://a.com/x' has a path",
            "a rule names a host only: a.com",
        ),
        (
            "  - network: ['*']",
            "5:15: permissions.network[0]: '*' would allow every host",
            "name them, like *.example.com",
        ),
        (
            "  env: [API_KEY, API-KEY]",
            "5:18: permissions.env[1]: 'API-KEY' is not the name of a variable",
            "write it like API_KEY",
        ),
        (
            "  env: [A, B, A]",
            "5:15: permissions.env[2]: A stands here twice",
            None,
        ),
        (
            "  network: [a.com, A.COM]",
            "5:20: permissions.network[1]: A.COM stands here twice",
            None,
        ),
        (
            '  env: ["API_KEY\\n"]',
            "5:9: permissions.env[0]: 'API_KEY\\n' is not the name of a variable",
            "write it like API_KEY",
        ),
        (
            "  env: ['*']",
            "5:9: permissions.env[0]: '*' is not the name of a variable",
            "write it like API_KEY",
        ),
        (
            "  filesystem: [7]",
            "5:16: permissions.filesystem[0]: 7 is not of type string",
            "write it like read:/data",
        ),
        (
            "  filesystem: read:/data",
            "5:15: permissions.filesystem: 'read:/data' is not of type array",
            None,
        ),
        (
            "  - memory: 1MB\n  - filesystem: [read:/a, 'write:/a/../b']",
            "6:27: permissions.filesystem[1]: '/a/../b' is not the plain form of the path",
            "write /b",
        ),
        (
            "  store: 2GB",
            "5:10: permissions.store: 2GB is not from 1KB to 1GB",
            None,
        ),
        (
            "  disk: much",
            "5:9: permissions.disk: 'much' is not a size",
            "write it like 50MB or 50MiB",
        ),
        (
            "  fuel: 10M",
            "5:9: permissions.fuel: '10M' is not of type integer",
            "write a whole number of instructions, like 10000000",
        ),
        (
            "  fuel: 0",
            "5:9: permissions.fuel: 0 is less than the minimum of 1",
            "write a whole number of instructions, like 10000000",
        ),
    ],
)
def test_a_bad_entry_is_told_with_its_place_and_what_to_write(
    line: str, problem: str, hint: str | None
) -> None:
    assert problems_of(line) == [(f"m.yaml:{problem}", hint)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/data", "is not a grant of a folder; write it like read:/data"),
        ("rw:/data", "is not a grant of a folder"),
        ("read:data", "is not an absolute path; begin it with /"),
        ("read:", "is not an absolute path"),
        ("read:~/data", "is not an absolute path"),
        ("read:/data/", "write /data"),
        ("read://data", "write /data"),
        ("read:/data//x", "write /data/x"),
        ("read:/data/./x", "write /data/x"),
        ("read:/data/../etc", "write /etc"),
        ("read:/..", "write /"),
        ("read:/data\0", "a character that cannot be shown"),
        ("read:/data\n+ sees nothing", "a character that cannot be shown"),
        ("read:/data\u202egpj", "a character that cannot be shown"),
        ("read:/\ud800", "a character that cannot be shown"),
        ("read:/", "/ is the whole machine"),
        ("read:/proc", "/proc belongs to the kernel"),
        ("write:/proc/self", "/proc/self belongs to the kernel"),
        ("read:/sys/kernel", "belongs to the kernel"),
        ("write:/dev/shm", "belongs to the kernel"),
        ("read:/" + "a/" * 3000 + "a", "more than 4095 bytes"),
    ],
)
def test_a_folder_that_is_not_plain_or_never_granted_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError) as raised:
        FolderGrant.parse(text)
    assert said in str(raised.value)


def test_folders_whose_names_only_begin_alike_are_others() -> None:
    assert FolderGrant.parse("read:/process") == FolderGrant("read", "/process")
    assert not beneath("/database", "/data")
    assert beneath("/data/x", "/data")
    assert beneath("/data", "/data")


def test_reading_and_writing_of_one_folder_become_one_mode() -> None:
    grants = [FolderGrant.parse(text) for text in ("read:/a", "write:/b", "write:/a", "read:/c")]
    assert modes_by_folder(grants) == {"/a": 3, "/b": 2, "/c": 1}


@given(
    st.sampled_from(["read", "write"]),
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=5), max_size=4),
)
def test_what_is_taken_is_written_back_as_it_was(mode: str, parts: list[str]) -> None:
    text = f"{mode}:/{'/'.join(parts)}"
    with contextlib.suppress(ValueError):
        grant = FolderGrant.parse(text)
        assert str(grant) == text
        assert ".." not in grant.path.split("/")


def test_pockets_own_folder_is_never_granted_by_whatever_name(tmp_path: Path) -> None:
    home = tmp_path / "user" / ".pocket"
    (home / "data").mkdir(parents=True)
    (tmp_path / "link").symlink_to(home / "data")
    (tmp_path / "proc").symlink_to("/proc/self")
    for path in (home, home / "data", tmp_path / "link", tmp_path / "user", tmp_path):
        assert "Pocket's own folder" in (refused_beside(str(path), home) or "")
    assert "belongs to the kernel" in (refused_beside(str(tmp_path / "proc"), home) or "")
    assert refused_beside(str(tmp_path / "user" / ".pocketful"), home) is None


def test_permissions_are_said_in_plain_words() -> None:
    permissions = permissions_of(
        "  fuel: 10000000",
        "  network: [api.example.com, 'https://*.a.com', 'http://b.com:8080', '10.0.0.1:81', 9.9.9.9]",
        "  filesystem: [read:/data, write:/tmp/out, read:/both, write:/both]",
        "  env: [API_KEY]",
        "  store: 1MB",
    )
    assert permissions.in_words() == [
        "may use up to 100MB of memory",
        "may use up to 1s of CPU time in a call",
        "may take up to 5s for a call",
        "may execute up to 10,000,000 instructions in a call",
        "may connect to api.example.com by https or http",
        "may connect to any host below a.com by https",
        "may connect to b.com at port 8080 by http",
        "may connect to 10.0.0.1 at port 81, a private address, by https or http",
        "may connect to 9.9.9.9 by https or http",
        "may read files beneath /data",
        "may write files beneath /tmp/out, up to 64MB in all",
        "may read and write files beneath /both, up to 64MB in all",
        "sees the environment variable API_KEY",
        "keeps up to 1MB of its own data",
    ]
    alone = permissions_of("  filesystem: [write:/out]", "  disk: 1MB").grants_in_words()
    assert alone == ["may write files beneath /out, up to 1MB"]


def test_no_pattern_of_a_schema_lets_a_line_end_through() -> None:
    found = [*_patterns(manifest_schema()), *_patterns(policy_schema())]
    assert len(found) >= 8
    assert [pattern for pattern in found if not pattern.endswith(r"$(?!\n)")] == []
    text = HEAD.replace("name: a", 'name: "a\\n"') + "  memory: 1MB"
    with pytest.raises(InvalidManifest, match=r"name: 'a.n' has not the form"):
        parse_manifest(text.encode(), "m.yaml")


def _patterns(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [pattern for inner in schema for pattern in _patterns(inner)]
    if not isinstance(schema, dict):
        return []
    own = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
    return own + [pattern for inner in schema.values() for pattern in _patterns(inner)]
