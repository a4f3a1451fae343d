from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from pocket.flow import Workflow


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Workflow]:
    """Writes a workflow file and loads it."""

    def write_and_load(text: str) -> Workflow:
        file = tmp_path / "workflow.yaml"
        file.write_text(dedent(text))
        return Workflow.load(file)

    return write_and_load
