"""Writes the reference pages that come out of the code; `--check` says whether they are stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api_page import api_page
from cli_page import cli_page
from errors_page import errors_page
from languages_page import matrix, short
from limits_page import limits_page
from manifest_page import manifest_page
from markdown import fill
from metrics_page import metrics_page
from nodes_pages import node_pages
from policy_page import policy_page
from workflows_page import workflows_page

from pocket.cli.main import app

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "<!-- Written by scripts/generate_docs.py; change the code instead. -->\n\n"


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args().check
    pages = {
        "api.md": api_page(),
        "cli.md": cli_page(app),
        "errors.md": errors_page(),
        "limits.md": limits_page(),
        "manifest.md": manifest_page(),
        "metrics.md": metrics_page(),
        "policy.md": policy_page(),
        "workflows.md": workflows_page(),
        **{f"nodes/{name}.md": text for name, text in node_pages().items()},
    }
    written = {name: NOTE + text.lstrip("\n") for name, text in pages.items()}
    written["plugins/README.md"] = _with_table("plugins/README.md", matrix())
    written["../README.md"] = _with_table("../README.md", short())
    stale = sorted(name for name, text in written.items() if _current(name) != text)
    stale += [name for name in _of_nodes() if name not in written]
    for name in stale:
        if check:
            said = f"error: docs/{name} is stale; run `python scripts/generate_docs.py`"
            print(said, file=sys.stderr)
        elif name in written:
            (DOCS / name).parent.mkdir(exist_ok=True)
            (DOCS / name).write_text(written[name], encoding="utf-8")
            print(f"wrote docs/{name}")
        else:
            (DOCS / name).unlink()
            print(f"deleted docs/{name}")
    return int(check and bool(stale))


def _with_table(name: str, content: str) -> str:
    """Give a page that people write, with the table of languages in it."""
    return fill((DOCS / name).read_text(encoding="utf-8"), "languages", content)


def _current(name: str) -> str | None:
    file = DOCS / name
    return file.read_text(encoding="utf-8") if file.exists() else None


def _of_nodes() -> list[str]:
    return [f"nodes/{file.name}" for file in sorted((DOCS / "nodes").glob("*.md"))]


if __name__ == "__main__":
    sys.exit(main())
