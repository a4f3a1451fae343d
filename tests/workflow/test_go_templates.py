"""Templates mean what Go's text/template makes of them, case by case."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pocket.errors import NodeError
from pocket.workflow.scope import Scope
from pocket.workflow.template import TemplateSourceError, compile_text
from workflow.go_cases import DIFFERENT, SAME

GO = shutil.which("go")
NEEDS_GO = pytest.mark.skipif(GO is None, reason="the go command is not installed")


def render_by_go(cases: Iterable[tuple[str, Any]]) -> list[str | None]:
    """Give what Go renders for each source and input; None for an error."""
    lines = [json.dumps({"source": source, "input": value}) for source, value in cases]
    done = subprocess.run(
        [str(GO), "run", "."],
        cwd=Path(__file__).parent / "go",
        input="\n".join(lines),
        env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [None if "error" in answer else answer["output"] for answer in answers]


def render(source: str, value: Any) -> str | None:
    """Give what Pocket renders; None for an error."""
    try:
        return compile_text(source, "case")(value, Scope(value))
    except (TemplateSourceError, NodeError):
        return None


@NEEDS_GO
def test_templates_render_as_go_renders_them():
    differing = [
        (case, ours, go)
        for case, go in zip(SAME, render_by_go(SAME), strict=True)
        if (ours := render(*case)) != go
    ]
    assert differing == []


@NEEDS_GO
def test_the_differences_are_those_that_the_documentation_names():
    gos = render_by_go((case.source, case.input) for case in DIFFERENT)
    found = [(render(case.source, case.input), go) for case, go in zip(DIFFERENT, gos, strict=True)]
    assert found == [(case.ours, case.go) for case in DIFFERENT]
