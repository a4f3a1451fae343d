from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pocket import Host
from pocket.document import JSON
from pocket.errors import InvalidWorkflow
from pocket.flow import Workflow
from pocket.nodes.interpreter import Interpreter
from pocket.workflow.engine import WorkflowResult

Load = Callable[..., Workflow]
Run = Callable[..., WorkflowResult]
Refused = Callable[..., str]


@pytest.fixture
def one(tmp_path: Path) -> Load:
    """Loads a workflow of one node."""

    def one(kind: str, /, name: str = "only", **config: Any) -> Workflow:
        file = tmp_path / "workflow.yaml"
        data = {"name": "one", "nodes": [{"name": name, "type": kind, "config": config}]}
        file.write_text(json.dumps(data))
        return Workflow.load(file)

    return one


@pytest.fixture
def run(one: Load) -> Run:
    """Runs a workflow of one node."""

    def run(kind: str, value: JSON, /, name: str = "only", **config: Any) -> WorkflowResult:
        return one(kind, name=name, **config).run(value)

    return run


@pytest.fixture
def refused(one: Load) -> Refused:
    """Gives what loading says of a config that it does not take."""

    def refused(kind: str, /, **config: Any) -> str:
        with pytest.raises(InvalidWorkflow) as raised:
            one(kind, **config)
        return str(raised.value)

    return refused


class Hosted:
    """Loads and runs workflows of one node on a host, which `transform` and `lua` need."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.folder = folder
        self._host = host

    def __call__(self, kind: str, value: JSON, /, name: str = "only", **config: Any):
        """Run a workflow of one node."""
        return self._load(kind, name, config).run(value)

    def refused(self, kind: str, /, **config: Any) -> str:
        """Give what loading says of a config that it does not take."""
        with pytest.raises(InvalidWorkflow) as raised:
            self._load(kind, "only", config)
        return str(raised.value)

    def file(self, text: str) -> Workflow:
        """Load a workflow of any text."""
        file = self.folder / "workflow.yaml"
        file.write_text(text)
        return Workflow.load(file, host=self._host)

    def refused_file(self, text: str) -> str:
        """Give what loading says of a workflow that it does not take."""
        with pytest.raises(InvalidWorkflow) as raised:
            self.file(text)
        return str(raised.value)

    def interpreter(self, node: str, value: JSON, config: dict[str, JSON]) -> JSON:
        """Call the interpreter of jq."""
        plugin = Interpreter.on(self._host, "jq").plugin
        return plugin.call(node, value, config=config).output

    def _load(self, kind: str, name: str, config: dict[str, Any]) -> Workflow:
        data = {"name": "one", "nodes": [{"name": name, "type": kind, "config": config}]}
        return self.file(json.dumps(data))


@pytest.fixture(scope="session")
def lasting_host(shared_home: Path) -> Iterator[Host]:
    """A host for all tests, so that few workers are spawned."""
    with Host(home=shared_home) as host:
        yield host


@pytest.fixture
def hosted(lasting_host: Host, tmp_path: Path) -> Hosted:
    """Runs workflows of one node on a host."""
    return Hosted(lasting_host, tmp_path)
