"""The example plugin that works on a stream, in a workflow and from Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pocket
from pocket.plugin.package import read_package

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_workflow_of_the_readme_keeps_the_errors(host: pocket.Host, tmp_path: Path) -> None:
    host.store.install(read_package(EXAMPLES / "plugins" / "line-filter"), replace=True)
    for name in ("errors-only.yaml", "server.log"):
        shutil.copy(EXAMPLES / "workflows" / name, tmp_path)
    result = pocket.Workflow.load(tmp_path / "errors-only.yaml", host=host).run(None)
    assert result.output == "2 of 6 lines are errors"
    lines = (tmp_path / "errors.log").read_text().splitlines()
    assert len(lines) == 2
    assert all(" ERROR " in line for line in lines)


def test_a_line_may_lie_across_chunks(host: pocket.Host) -> None:
    plugin = host.load(EXAMPLES / "plugins" / "line-filter")
    text = b"".join(b"line %d %b\n" % (n, b"odd" if n % 2 else b"even") for n in range(50_000))
    chunks = (text[at : at + 1009] for at in range(0, len(text), 1009))
    with plugin.stream("filter-lines", chunks, config={"contains": "odd"}) as stream:
        kept = b"".join(stream)
        assert stream.result().output == {"lines": 50_000, "kept": 25_000}
    assert kept == b"".join(line for line in text.splitlines(keepends=True) if b"odd" in line)
