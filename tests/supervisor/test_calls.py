"""What a caller of a well-behaved plugin sees."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from conftest import Load
from guests.build import guest, plugin_folder, saying
from hypothesis import given
from hypothesis import strategies as st

import pocket
from pocket.supervisor.request import Request
from pocket.supervisor.response import read_response


def test_the_plugin_gets_the_whole_request_of_the_abi(load: Load) -> None:
    request = load("echo").call("main", {"text": "hé"}, config={"a": 1}).output
    assert request == {
        "node": "main",
        "function": "exec",
        "config": {"a": 1},
        "input": {"text": "hé"},
        "prepResult": {"text": "hé"},
        "execResult": None,
    }


def test_a_result_has_output_next_and_what_the_call_cost(load: Load) -> None:
    result = load(saying(b'{"success":true,"output":[1],"next":"left"}')).call("main", None)
    assert (result.output, result.next, result.error) == ([1], "left", None)
    assert result.usage.wall_us > 0
    assert result.usage.memory_bytes >= 65_536


def test_output_and_next_may_be_left_out(load: Load) -> None:
    result = load(saying(b'{"success":true}')).call("main", None)
    assert (result.output, result.next) == (None, "default")


def test_two_results_of_a_call_are_address_and_length(load: Load) -> None:
    assert load("two_results").call("main", None).output == {"nodes": [{"type": "main"}]}


def test_an_error_of_the_plugin_is_a_plugin_error_and_the_worker_lives_on(load: Load) -> None:
    plugin = load(saying(b'{"success":false,"error":"no numbers"}'))
    with pytest.raises(pocket.PluginError, match="no numbers") as raised:
        plugin.call("main", None)
    pid = plugin.pid
    assert (raised.value.plugin, raised.value.node) == ("guest", "main")
    with pytest.raises(pocket.PluginError):
        plugin.call("main", None)
    assert plugin.pid == pid


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        b"{}",
        b'{"success":1}',
        b'{"success":"true","output":1}',
        b'{"success":false}',
        b'{"success":false,"error":7}',
        b'{"success":true,"next":7}',
        b'{"success":true,"output":NaN}',
        b'{"success":true,"output":"\xff"}',
        b'{"success":true}{}',
    ],
)
def test_an_answer_that_is_no_response_is_invalid_output(load: Load, answer: bytes) -> None:
    with pytest.raises(pocket.InvalidOutput):
        load(saying(answer)).call("main", None)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_answer_raises_anything_but_the_two_errors(answer: bytes) -> None:
    with contextlib.suppress(pocket.InvalidOutput, pocket.PluginError):
        read_response(answer, "plugin", "node")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON, st.dictionaries(st.text(), _JSON, max_size=3))
def test_every_input_and_config_arrives_as_it_was(value: Any, config: dict[str, Any]) -> None:
    import json

    request = json.loads(Request.of("main", config, runs=True).encode(value))
    if value not in (float("inf"), float("-inf")) and "inf" not in repr((value, config)):
        assert (request["input"], request["config"]) == (value, config)


@pytest.mark.parametrize("value", [{1, 2}, object(), {1: 2}, 2**70, "\ud800"])
def test_an_input_that_is_not_json_is_refused_before_it_is_sent(load: Load, value: Any) -> None:
    plugin = load("echo")
    with pytest.raises(pocket.InvalidInput, match="input is not JSON"):
        plugin.call("main", value)


def test_an_input_over_the_cap_is_refused_before_it_is_sent(load: Load) -> None:
    with pytest.raises(pocket.InvalidInput, match="64MB"):
        load("echo").call("main", "x" * (64 << 20))


def test_a_megabyte_goes_there_and_back(load: Load) -> None:
    text = "x" * (1 << 20)
    assert load("echo").call("main", text).output["input"] == text


def test_an_unknown_node_is_named_with_the_nearest_one(load: Load) -> None:
    with pytest.raises(pocket.PluginNotFound, match="'mian'") as raised:
        load("echo").call("mian", None)
    assert raised.value.hint == "did you mean 'main'?"


def test_a_prepared_call_gives_the_same_as_a_call(load: Load) -> None:
    plugin = load("echo")
    prepared = plugin.prepare("main", {"a": 1})
    assert prepared(5).output == plugin.call("main", 5, config={"a": 1}).output


def test_metadata_is_asked_for_once_and_kept(host: pocket.Host, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "echo", wasm=guest("echo"))
    host.load(folder).call("main", None)
    with pocket.Host(home=host.store.home) as other:
        plugin = other.load(folder)
        assert plugin.pid is None
        assert list(plugin.nodes) == ["main"]


def test_loading_twice_gives_the_same_plugin(host: pocket.Host, tmp_path: Path) -> None:
    folder = plugin_folder(tmp_path, "echo", wasm=guest("echo"))
    assert host.load(folder) is host.load(str(folder))


METADATA = b'{"success":true,"output":{"functions":["run"],"nodes":[%b]}}'


def _described(nodes: bytes) -> bytes:
    from guests.build import source_section

    return guest("say_metadata") + source_section(METADATA % nodes)


def test_metadata_gives_nodes_config_defaults_and_their_checks(load: Load) -> None:
    schema = b'{"type":"object","properties":{"n":{"type":"number","default":2}}}'
    plugin = load(_described(b'{"type":"main","category":"x","configSchema":%b}' % schema))
    assert plugin.nodes["main"].category == "x"
    with pytest.raises(pocket.InvalidInput, match=r"config\.n: 'two' is not of type 'number'"):
        plugin.call("main", None, config={"n": "two"})


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        (b'{"type":"other"}', "the plugin has other, its manifest names main"),
        (b'{"type":"main"},{"type":"main"}', "nodes"),
        (b"", "the plugin has none"),
        (b"7", r"nodes\[0\] is not an object"),
        (b'{"type":7}', r"nodes\[0\]\.type is not a text"),
        (b'{"type":"main","configSchema":[]}', "configSchema is not an object"),
        (b'{"type":"main","configSchema":{"type":"objekt"}}', "not a JSON Schema"),
        (b'{"type":"main","configSchema":{"pattern":"(a+)+$"}}', "pattern is not taken"),
        (b'{"type":"main","configSchema":{"not":{"$ref":"http://x/"}}}', r"\$ref is not taken"),
    ],
)
def test_wrong_metadata_is_refused_when_the_plugin_is_loaded(
    load: Load, nodes: bytes, problem: str
) -> None:
    with pytest.raises(pocket.InvalidOutput, match=problem):
        load(_described(nodes))


def test_a_host_may_have_a_policy_of_its_own(shared_home: Path, tmp_path: Path) -> None:
    policy = pocket.Policy.from_mapping({"limits": {"memory": "1MB"}, "network": "none"})
    folder = plugin_folder(
        tmp_path, "asking", wasm=guest("echo"), permissions={"network": ["example.com"]}
    )
    with pocket.Host(home=shared_home, policy=policy) as host:
        with pytest.raises(pocket.PermissionDenied, match=r"manifest\.yaml:\d+:\d+"):
            host.load(folder)
        modest = host.load(plugin_folder(tmp_path, "modest", wasm=guest("echo")))
        assert modest.manifest.permissions.memory_bytes == 1 << 20
    with pocket.Host(home=shared_home) as host:
        assert host.load(folder).call("main", 1).output["input"] == 1


def test_what_wasm_bindgen_leaves_to_be_filled_in_ends_only_the_call_that_uses_it(
    load: Load,
) -> None:
    plugin = load("placeholder")
    assert plugin.call("main", "short").output == 1
    with pytest.raises(
        pocket.PluginCrashed, match="`__wbindgen_throw` was called, and there is no"
    ):
        plugin.call("main", "long" * 200)
    assert plugin.call("main", "short").output == 1
