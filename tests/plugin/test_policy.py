"""The operator's policy: what is read, what is refused, and where both sides are named."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from guests.build import guest, plugin_folder
from hypothesis import given, settings
from hypothesis import strategies as st

from pocket import Host
from pocket.errors import InvalidPolicy, PermissionDenied, Place
from pocket.plugin.admission import admitted, refusals
from pocket.plugin.manifest import Manifest, parse_manifest
from pocket.plugin.network_reach import covered, denied
from pocket.plugin.network_rule import DEFAULT_PORTS, NetworkRule
from pocket.plugin.permissions import Permissions
from pocket.plugin.policy import Policy

NOWHERE = Path("/nowhere/.pocket")
HEAD = "name: weather\nversion: 1.0.0\nnodes: [{type: a}]\n"


def write_policy(home: Path, text: str) -> Path:
    home.mkdir(exist_ok=True)
    file = home / "policy.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def policy_of(tmp_path: Path, text: str) -> Policy:
    return Policy.read(write_policy(tmp_path, text))


def manifest_of(*permissions: str, name: str = "weather") -> Manifest:
    head = HEAD.replace("weather", name)
    return parse_manifest(f"{head}permissions:\n{chr(10).join(permissions)}".encode(), "m.yaml")


def refused(policy: Policy, manifest: Manifest) -> list[str]:
    short = f"{policy.path or 'policy'}:"
    return [str(problem).replace(short, "policy:") for problem in policy.check(manifest)]


def test_without_a_file_everything_is_allowed_that_a_manifest_names(tmp_path: Path) -> None:
    policy = Policy.load(tmp_path)
    asked = manifest_of("  network: [a.com]", "  memory: 4GB", "  filesystem: [write:/data]")
    assert policy == Policy()
    assert admitted(asked, policy, NOWHERE) == asked


def test_everything_that_is_too_much_is_told_at_once_with_both_places(tmp_path: Path) -> None:
    policy = policy_of(
        tmp_path,
        """\
limits:
  memory: 50MB
  cpu: 1s
  fuel: 1000
  store: 1KB
network:
  allow: ["*.example.com"]
  deny: [bad.example.com]
env: {allow: [ACME_*], deny: [ACME_KEY]}
filesystem: {read: [/data]}
""",
    )
    manifest = manifest_of(
        "  - memory: 51MB",
        "  - cpu: 1s",
        "  - fuel: 1001",
        "  - store: 1MB",
        '  - network: [api.example.com, "*.example.com", a.com]',
        "  - env: [ACME_URL, ACME_KEY, HOME]",
        "  - filesystem: [read:/data/x, write:/data/x, read:/database]",
    )
    assert refused(policy, manifest) == [
        "m.yaml:5:13: permissions.memory: 51MB is more than limits.memory, 50MB (policy:2:11)",
        "m.yaml:8:12: permissions.store: 1MB is more than limits.store, 1KB (policy:5:10)",
        "m.yaml:7:11: permissions.fuel: 1,001 is more than limits.fuel, 1,000 (policy:4:9)",
        (
            "m.yaml:9:32: permissions.network[1]: *.example.com is denied by bad.example.com "
            "(policy:8:10)"
        ),
        "m.yaml:9:49: permissions.network[2]: a.com is not among what is allowed (policy:7:10)",
        "m.yaml:10:21: permissions.env[1]: ACME_KEY is denied by ACME_KEY (policy:9:31)",
        "m.yaml:10:31: permissions.env[2]: HOME is not among what is allowed (policy:9:14)",
        (
            "m.yaml:11:32: permissions.filesystem[1]: write:/data/x is not among what is allowed "
            "(policy:10:13)"
        ),
        (
            "m.yaml:11:47: permissions.filesystem[2]: read:/database is not among what is allowed "
            "(policy:10:13)"
        ),
    ]
    with pytest.raises(PermissionDenied) as raised:
        admitted(manifest, policy, NOWHERE)
    assert len(raised.value.problems) == len(str(raised.value).splitlines()) == 9
    assert raised.value.problems[0].place == Place("m.yaml", 5, 13)
    assert raised.value.plugin == "weather"


def test_a_limit_that_a_manifest_leaves_out_is_lowered_to_the_policy(tmp_path: Path) -> None:
    policy = policy_of(
        tmp_path, "limits: {memory: 50MB, cpu: 2s, timeout: 1s, fuel: 99, disk: 1MB, store: 1MB}"
    )
    manifest = manifest_of("  cpu: 100ms")
    assert admitted(manifest, policy, NOWHERE).permissions == Permissions(
        memory_bytes=50 << 20, cpu_s=0.1, timeout_s=1.0, fuel=99, disk_bytes=1 << 20, store_bytes=0
    )
    assert manifest.permissions.memory_bytes == 100 << 20


def test_a_plugin_that_needs_more_memory_than_is_allowed_is_not_lowered(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "limits: {memory: 50MB}")
    text = f"{HEAD}requirements: {{memory: 60MB}}".encode()
    assert refused(policy, parse_manifest(text, "m.yaml")) == [
        "m.yaml:4:24: requirements.memory: 60MB is more than limits.memory, 50MB (policy:1:18)"
    ]


def test_fuel_can_be_required_of_every_manifest(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "limits: {fuel: required}")
    assert refused(policy, manifest_of("  fuel: 5")) == []
    assert refused(policy, manifest_of("  memory: 1MB")) == [
        "m.yaml:5:3: permissions: fuel is missing, and has to be named (policy:1:16)"
    ]


def test_denials_without_scheme_or_port_mean_all_of_them() -> None:
    policy = Policy.from_mapping({"network": {"deny": ["bad.com", "http://plain.com"]}})
    for asked, allowed in (
        ("bad.com", False),
        ("https://bad.com:8443", False),
        ("*.bad.com", True),
        ("http://plain.com:8080", False),
        ("https://plain.com", True),
        ("plain.com", False),
    ):
        assert (refused(policy, manifest_of(f"  network: ['{asked}']")) == []) is allowed, asked


@pytest.mark.parametrize(
    ("asked", "lists", "allowed"),
    [
        ("*.a.com", {"allow": ["a.a.com"]}, False),
        ("*.a.com", {"allow": ["a.com"]}, False),
        ("a.com", {"allow": ["*.a.com"]}, False),
        ("*.b.a.com", {"allow": ["*.a.com"]}, True),
        ("*.a.com", {"allow": ["*.b.a.com"]}, False),
        ("a.com.evil", {"allow": ["*.a.com", "a.com"]}, False),
        ("a.com", {"allow": ["http://a.com", "https://a.com"]}, True),
        ("a.com", {"allow": ["https://a.com"]}, False),
        ("https://a.com", {"allow": ["a.com"]}, True),
        ("a.com:443", {"allow": ["a.com"]}, False),
        ("https://a.com:443", {"allow": ["a.com"]}, True),
        ("*.a.com", {"deny": ["*.b.a.com"]}, False),
        ("*.b.a.com", {"deny": ["*.a.com"]}, False),
        ("c.b.a.com", {"deny": ["*.a.com"]}, False),
        ("a.com", {"deny": ["*.a.com"]}, True),
        ("ba.com", {"deny": ["*.a.com", "a.com"]}, True),
        ("a.com", {"allow": ["a.com"], "deny": ["a.com"]}, False),
        ("a.com", {"allow": []}, False),
    ],
)
def test_a_rule_of_a_manifest_has_to_be_within_the_policy(
    asked: str, lists: dict[str, Any], *, allowed: bool
) -> None:
    policy = Policy.from_mapping({"network": lists})
    assert (refused(policy, manifest_of(f"  network: ['{asked}']")) == []) is allowed


def test_none_allows_nothing_of_its_kind() -> None:
    policy = Policy.from_mapping({"network": "none", "env": "none", "filesystem": "none"})
    manifest = manifest_of("  network: [a.com]", "  env: [A]", "  filesystem: [read:/a]")
    assert [problem.path for problem in policy.check(manifest)] == [
        "permissions.network[0]",
        "permissions.env[0]",
        "permissions.filesystem[0]",
    ]
    assert refused(policy, manifest_of("  memory: 1MB")) == []


def test_plugins_are_allowed_and_denied_by_name(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "plugins: {allow: [acme-*, weather], deny: [acme-old]}")
    assert refused(policy, manifest_of("  memory: 1MB")) == []
    assert refused(policy, manifest_of("  memory: 1MB", name="acme-new")) == []
    assert refused(policy, manifest_of("  memory: 1MB", name="acme-old")) == [
        "m.yaml:1:7: name: acme-old is denied by acme-old (policy:1:44)"
    ]
    assert refused(policy, manifest_of("  memory: 1MB", name="acme")) == [
        "m.yaml:1:7: name: acme is not among what is allowed (policy:1:18)"
    ]


def test_an_override_takes_the_place_of_what_holds_for_all(tmp_path: Path) -> None:
    policy = policy_of(
        tmp_path,
        """\
limits: {memory: 50MB, timeout: 2s, fuel: required}
network: none
env: none
plugins:
  overrides:
    weather:
      limits: {memory: 1GB, fuel: 7}
      network: {allow: [api.example.com]}
""",
    )
    asked = ("  memory: 1GB", "  network: [api.example.com]", "  env: [A]")
    assert refused(policy, manifest_of(*asked)) == [
        "m.yaml:7:9: permissions.env[0]: A is not among what is allowed (policy:3:6)"
    ]
    assert len(refused(policy, manifest_of(*asked, name="other"))) == 4
    lowered = policy.lowered(manifest_of("  memory: 1GB"))
    assert (lowered.memory_bytes, lowered.timeout_s, lowered.fuel) == (1 << 30, 2.0, 7)
    assert policy.to_json("weather") == {
        "limits": {"memory": "1GB", "timeout": "2s", "fuel": 7},
        "network": {"allow": ["api.example.com"]},
        "env": "none",
    }
    assert policy.to_json("other")["network"] == "none"


def test_required_fuel_takes_the_place_of_a_number_and_the_other_way_round() -> None:
    asked = manifest_of("  fuel: 10")
    overrides = {"weather": {"limits": {"fuel": "required"}}}
    policy = Policy.from_mapping({"limits": {"fuel": 5}, "plugins": {"overrides": overrides}})
    assert refused(policy, asked) == []
    assert len(refused(policy, manifest_of("  cpu: 1s"))) == 1


def test_a_link_beneath_an_allowed_folder_leads_nowhere_else(tmp_path: Path) -> None:
    data, secret = tmp_path / "data", tmp_path / "secret"
    data.mkdir()
    secret.mkdir()
    (data / "link").symlink_to(secret)
    (tmp_path / "alias").symlink_to(data)
    policy = Policy.from_mapping({"filesystem": {"read": [str(tmp_path / "alias")]}})
    assert refused(policy, manifest_of(f"  filesystem: ['read:{data}/x']")) == []
    assert refused(policy, manifest_of(f"  filesystem: ['read:{tmp_path}/alias/x']")) == []
    assert refused(policy, manifest_of(f"  filesystem: ['read:{data}/link']"))
    assert refused(policy, manifest_of(f"  filesystem: ['read:{tmp_path}']"))


def test_pockets_own_folder_is_refused_whatever_the_policy_says(tmp_path: Path) -> None:
    manifest = manifest_of(f"  filesystem: ['read:{tmp_path}', 'read:/srv']")
    home = tmp_path / ".pocket"
    assert [problem.path for problem in refusals(manifest, Policy(), home)] == [
        "permissions.filesystem[0]"
    ]


def test_a_plugin_cannot_write_what_would_give_it_more(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    policy = policy_of(tmp_path / "etc", "limits: {memory: 1GB}")
    origin = tmp_path / "plugins" / "weather"
    manifest = manifest_of(
        "  filesystem:",
        f"    - write:{tmp_path}/etc",
        f"    - write:{tmp_path}/plugins",
        f"    - write:{origin}/sub",
        f"    - read:{tmp_path}",
        f"    - write:{tmp_path}/out",
    )
    found = refusals(manifest, policy, NOWHERE, origin)
    assert [problem.path for problem in found] == [
        "permissions.filesystem[0]",
        "permissions.filesystem[1]",
        "permissions.filesystem[2]",
    ]
    assert all("which it could rewrite" in problem.message for problem in found)
    nowhere = Policy.from_mapping({"limits": {"memory": "1GB"}})
    assert refusals(manifest_of(f"  filesystem: ['write:{Path.cwd()}']"), nowhere, NOWHERE) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("limits: {cpus: 1s}", ["1:10: limits.cpus: unknown key"]),
        ("limit: {}", ["1:1: limit: unknown key"]),
        ("limits: {memory: 5X}", ["1:18: limits.memory: '5X' is not a size"]),
        ("limits: {cpu: 2h}", ["1:15: limits.cpu: 2h is not from 1ms to 3600s"]),
        (
            "limits: {fuel: many}",
            ["1:16: limits.fuel: 'many' has not the form that is wanted here"],
        ),
        ("network: all", ["1:10: network: 'all' has not the form that is wanted here"]),
        ("network: [a.com]", ["1:10: network: ['a.com'] is not of type object or string"]),
        ("network:", ["1:9: network: null is not of type object or string"]),
        (
            "network: {allow: ['*', a.com, a.com]}",
            [
                "1:19: network.allow[0]: '*' would allow every host",
                "1:31: network.allow[2]: a.com stands here twice",
            ],
        ),
        (
            "env: {allow: ['*_KEY']}",
            ["1:15: env.allow[0]: '*_KEY' is not a name of variables"],
        ),
        (
            "filesystem: {read: [data, /a/]}",
            [
                "1:21: filesystem.read[0]: 'data' is not an absolute path",
                "1:27: filesystem.read[1]: '/a/' is not the plain form of the path",
            ],
        ),
        (
            "plugins:\n  deny: [Acme]\n  overrides: {acme: {cpu: 1s}}",
            [
                "2:10: plugins.deny[0]: 'Acme' is not a name of plugins",
                "3:22: plugins.overrides.acme.cpu: unknown key",
            ],
        ),
        (
            "plugins: {overrides: {acme-*: {}}}",
            ["1:22: plugins.overrides: 'acme-*' has not the form that is wanted here"],
        ),
        ("[]", ["1:1: [] is not of type object"]),
        ("", ["1:1: the file is empty"]),
    ],
)
def test_a_policy_with_a_mistake_is_no_policy(
    tmp_path: Path, text: str, problems: list[str]
) -> None:
    file = write_policy(tmp_path, text)
    with pytest.raises(InvalidPolicy) as raised:
        Policy.load(tmp_path)
    assert [str(problem) for problem in raised.value.problems] == [
        f"{file}:{problem}" for problem in problems
    ]


def test_a_policy_that_others_can_write_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = write_policy(home, "network: none")
    Policy.load(home)
    for path, mode, back in ((file, 0o620, 0o600), (file, 0o602, 0o600), (home, 0o770, 0o700)):
        path.chmod(mode)
        with pytest.raises(InvalidPolicy, match="others can write to it") as raised:
            Policy.load(home)
        assert str(path) in (raised.value.problems[0].hint or "")
        path.chmod(back)
    Policy.load(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_policy_of_another_user_is_refused(tmp_path: Path) -> None:
    file = write_policy(tmp_path / "home", "network: none")
    os.chown(file, 12345, -1)
    with pytest.raises(InvalidPolicy, match="others can write to it"):
        Policy.load(tmp_path / "home")


def test_a_policy_that_was_lost_is_not_one_that_was_never_written(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(InvalidPolicy, match="No such file"):
        Policy.load(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(InvalidPolicy):
        Policy.load(tmp_path)
    file.rmdir()
    os.mkfifo(file, 0o600)
    with pytest.raises(InvalidPolicy, match="no ordinary file"):
        Policy.load(tmp_path)


def test_a_host_does_not_load_what_the_policy_refuses(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_policy(home, "limits: {memory: 1MB}\nenv: none\n")
    folder = plugin_folder(
        tmp_path, "asks", wasm=guest("echo"), permissions={"memory": "2MB", "env": ["HOME"]}
    )
    with Host(home=home) as host:
        with pytest.raises(PermissionDenied) as raised:
            host.load(folder)
        assert [problem.path for problem in raised.value.problems] == [
            "permissions.memory",
            "permissions.env[0]",
        ]
        itself = {"filesystem": [f"write:{tmp_path}/self"]}
        with pytest.raises(PermissionDenied, match="which it could rewrite"):
            host.load(plugin_folder(tmp_path, "self", wasm=guest("echo"), permissions=itself))
        small = plugin_folder(tmp_path, "small", wasm=guest("echo"))
        loaded = host.load(small)
        assert loaded.manifest.permissions.memory_bytes == 1 << 20
        write_policy(home, "limits: {memory: 1X}")
        with pytest.raises(InvalidPolicy):
            host.load(plugin_folder(tmp_path, "late", wasm=guest("echo")))


HOSTS = st.sampled_from(["a.com", "a.a.com", "b.a.com", "c.b.a.com", "ba.com", "10.0.0.1"])
RULES = st.builds(
    NetworkRule,
    host=HOSTS,
    suffix=st.booleans(),
    scheme=st.sampled_from([None, "http", "https"]),
    port=st.sampled_from([None, 80, 443, 8080]),
).map(lambda rule: replace(rule, suffix=False) if rule.host == "10.0.0.1" else rule)
TARGETS = [
    (scheme, host, port)
    for scheme in DEFAULT_PORTS
    for name in ("a.com", "a.a.com", "b.a.com", "c.b.a.com", "ba.com", "10.0.0.1")
    for host in (name, f"x.{name}")
    for port in (80, 443, 8080)
]


@settings(max_examples=500)
@given(RULES, st.lists(RULES, max_size=4))
def test_what_is_covered_reaches_nothing_that_is_not_allowed(
    rule: NetworkRule, allowed: list[NetworkRule]
) -> None:
    reached = {target for target in TARGETS if rule.allows(*target)}
    union = {target for target in TARGETS if any(one.allows(*target) for one in allowed)}
    if covered(rule, allowed):
        assert reached <= union
    elif not rule.suffix:
        assert not reached <= union


@settings(max_examples=500)
@given(RULES, RULES)
def test_what_is_not_denied_reaches_nothing_that_is(rule: NetworkRule, denial: NetworkRule) -> None:
    meant = [
        replace(denial, scheme=scheme, port=port)
        for scheme in ("http", "https")
        for port in (80, 443, 8080)
        if denial.scheme in {None, scheme} and denial.port in {None, port}
    ]
    meets = any(
        rule.allows(*target) and any(one.allows(*target) for one in meant) for target in TARGETS
    )
    assert denied(rule, denial) is meets
