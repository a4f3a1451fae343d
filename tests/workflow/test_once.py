"""All that reads, checks or compiles is done by the time a workflow has run once."""

from __future__ import annotations

import re
import sys
from collections import Counter
from types import FrameType

from pocket.flow import Workflow

WORKFLOW = """
name: once
nodes:
  - name: greet
    type: template
    config: {template: "Hello {{.name | upper}}"}
  - name: choose
    type: conditional
    config:
      conditions:
        - {if: '{{hasPrefix "Hello" .}}', then: pick}
      else: pick
  - name: pick
    type: jsonpath
    config: {path: "$"}
  - name: say
    type: echo
    config: {message: "{{.}}, ${WHO}"}
connections:
  - {from: greet, to: choose}
  - {from: choose, to: pick, action: pick}
  - {from: pick, to: say}
"""
READERS = re.compile(
    r"/(yaml|jsonschema|gotpl/parse|gotpl/compile|re)/"
    r"|/pocket/(document|schema|workflow/(loader|config|names|model|environment))\.py$"
    r"|/pocket/nodes/(catalog|jsonpath_parser)\.py$"
)
RUNS = 10_000


def reading(work) -> Counter[str]:
    """Count the calls of functions that read or compile, while something is done."""
    counted: Counter[str] = Counter()
    known: dict[str, bool] = {}

    def count(frame: FrameType, event: str, _arg: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        if code.co_filename not in known:
            known[code.co_filename] = READERS.search(code.co_filename) is not None
        if known[code.co_filename] or code.co_name == "compile_text":
            counted[f"{code.co_filename}:{code.co_qualname}"] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def test_after_the_first_run_nothing_is_read_checked_or_compiled(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("WHO", "world")
    file = tmp_path / "once.yaml"
    file.write_text(WORKFLOW)
    workflows: list[Workflow] = []

    loading = reading(lambda: workflows.append(Workflow.load(file)))
    for reader in ("yaml", "pocket/schema", "gotpl/parse", "jsonpath_parser", "compile_text"):
        assert any(reader in place for place in loading), f"{reader} was not seen while loading"

    (workflow,) = workflows
    first = workflow.run({"name": "ada"})

    def run_often() -> None:
        for _ in range(RUNS):
            assert workflow.run({"name": "ada"}).output == first.output

    assert reading(run_often) == Counter()
    assert len(first.path) == 4
