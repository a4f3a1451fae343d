from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pocket.document import JSON
from pocket.errors import InvalidWorkflow
from pocket.flow import Workflow
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
