"""The interpreters are plugins of Pocket's own, which an operator can hold like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.conftest import Hosted
from pocket import Host
from pocket.document import JSON
from pocket.errors import MemoryLimitExceeded, PermissionDenied, WorkerUnavailable
from pocket.nodes import interpreter
from pocket.nodes.interpreter import Interpreter, package
from pocket.plugin.policy import Policy
from pocket.workflow.scope import Scope


def test_a_policy_lowers_their_limits(shared_home: Path):
    policy = Policy.from_mapping({"limits": {"memory": "8MB"}})
    with Host(home=shared_home, policy=policy) as host:
        lua = host.load(package("lua"))
        program = {"text": "return ('x'):rep(20 << 20)", "name": "x", "line": 1}
        with pytest.raises(MemoryLimitExceeded):
            lua.call("run", None, config=program)


def test_a_policy_can_refuse_them(shared_home: Path):
    policy = Policy.from_mapping({"plugins": {"deny": ["pocket-lua"]}})
    with Host(home=shared_home, policy=policy) as host:
        host.load(package("jq"))
        with pytest.raises(PermissionDenied, match="pocket-lua is denied"):
            host.load(package("lua"))


def test_they_ask_for_nothing_but_memory_and_time():
    assert [package(name).manifest.permissions.grants_in_words() for name in ("jq", "lua")] == [
        [],
        [],
    ]


def test_one_that_was_not_built_is_said_with_its_place(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(interpreter, "FOLDER", tmp_path)
    package.cache_clear()
    with pytest.raises(WorkerUnavailable, match=r"jq\.wasm: No such file") as raised:
        package("jq")
    assert "make interpreters" in str(raised.value.hint)


ENDLESS = {
    "jq": ("transform", {"jq": "def f: f; f"}),
    "lua": ("lua", {"script": "while true do end"}),
}
QUICK = {"jq": ("transform", {"jq": "1"}), "lua": ("lua", {"script": "return 1"})}


@pytest.mark.parametrize("name", ["jq", "lua"])
def test_a_task_need_not_wait_for_another_of_the_same_language(hosted: Hosted, name: str):
    tasks = [
        {"name": which, "node": node, "config": config}
        for which, (node, config) in (("endless", ENDLESS[name]), ("quick", QUICK[name]))
    ]
    output = hosted("parallel", None, tasks=tasks, timeout="500ms").output
    assert output["results"] == [{"task": "quick", "result": 1}]
    assert [error["task"] for error in output["errors"]] == ["endless"]


def test_one_run_after_the_other_needs_one_worker_only(shared_home: Path):
    with Host(home=shared_home) as host:
        interpreter = Interpreter.on(host, "jq")
        for count in range(20):
            config: dict[str, JSON] = {"jq": f". + {count}", "multiple": False}
            assert interpreter.run("transform", config, 1, Scope(None), 5.0) == 1 + count
        assert len(host.load(package("jq")).pids) == 1
