from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pocket.document import JSON
from pocket.flow import Workflow
from pocket.workflow.engine import WorkflowResult

Run = Callable[..., WorkflowResult]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a workflow of one node."""

    def run(kind: str, value: JSON, /, name: str = "only", **config: Any) -> WorkflowResult:
        file = tmp_path / "workflow.yaml"
        data = {"name": "one", "nodes": [{"name": name, "type": kind, "config": config}]}
        file.write_text(json.dumps(data))
        return Workflow.load(file).run(value)

    return run
