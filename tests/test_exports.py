"""What is promised to others: public names, errors, exit codes, codes of the protocol, pages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pocket
from pocket import errors
from pocket.errors import PocketError
from pocket.supervisor.blame import FAILURE_ERRORS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def error_classes(base: type[PocketError] = PocketError) -> Iterator[type[PocketError]]:
    yield base
    for kind in base.__subclasses__():
        yield from error_classes(kind)


def own_errors() -> list[type[PocketError]]:
    return [kind for kind in error_classes() if kind.__module__.startswith("pocket.")]


def rows(page: str, heading: str = "") -> list[list[str]]:
    """Give the cells of a page's table rows, those below `heading` if one is named."""
    text = (DOCS / page).read_text().partition(heading)[2] if heading else (DOCS / page).read_text()
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert lines
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines[0].splitlines()[2:]
    ]


def test_the_facade_gives_exactly_what_it_lists() -> None:
    script = "import pocket; print(*dir(pocket)); print(*(getattr(pocket, n) for n in dir(pocket)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[0].split() == pocket.__all__
    assert pocket.__all__ == sorted(pocket.__all__)
    with pytest.raises(AttributeError, match="module 'pocket' has no attribute 'Hots'"):
        pocket.Hots  # noqa: B018


def test_a_type_checker_sees_the_same_names() -> None:
    source = (ROOT / "pocket" / "__init__.py").read_text()
    block = source.partition("if TYPE_CHECKING:\n")[2].partition("\n_HOMES")[0]
    imported = set(re.findall(r"\b\w+", re.sub(r"from \S+ import", "", block)))
    assert imported | {"__version__"} == set(pocket.__all__)


def test_every_error_is_public_and_has_a_row_that_is_true() -> None:
    public = {getattr(pocket, name) for name in pocket.__all__}
    kinds = own_errors()
    assert set(kinds) <= public
    told = {row[0].strip("`"): row[1:5] for row in rows("errors.md")}
    assert told == {
        kind.__name__: [
            f"`{kind.code}`", str(kind.exit_code), kind.fault.value, "yes" if kind.retryable else ""
        ]
        for kind in kinds
        if kind is not PocketError
    }  # fmt: skip


def test_codes_and_exit_codes_belong_to_one_error_each() -> None:
    kinds = own_errors()
    for values in ([kind.code for kind in kinds], [kind.exit_code for kind in kinds]):
        assert len(set(values)) == len(values)
    exit_codes = {kind.exit_code for kind in kinds} - {PocketError.exit_code}
    # 1 is a bug, 2 wrong usage, from 126 on the shell's.
    assert all(2 < code < 126 for code in exit_codes)


def test_the_tree_in_the_module_of_errors_is_the_tree() -> None:
    assert errors.__doc__
    drawn = re.findall(r"^([│ ├└─]*)(\w+)", errors.__doc__.split("```")[1], re.MULTILINE)
    depths = {name: len(branch) // 4 for branch, name in drawn}
    assert depths == {
        kind.__name__: len(kind.__mro__) - len(PocketError.__mro__) for kind in own_errors()
    }


def test_each_code_of_a_worker_is_one_error_and_one_row() -> None:
    source = (ROOT / "workers" / "src" / "fault.rs").read_text()
    sent = set(re.findall(r'Self::\w+ => "([a-z-]+)"', source))
    told = {row[0].strip("`"): row[1].strip("`") for row in rows("protocol.md", "## Failure codes")}
    assert set(told) == sent
    assert set(FAILURE_ERRORS) == sent - {"bad-artifact"}
    assert {code: kind.__name__ for code, kind in FAILURE_ERRORS.items()} == {
        code: name for code, name in told.items() if code != "bad-artifact"
    }


def test_every_public_name_is_in_the_documentation() -> None:
    api = (DOCS / "api.md").read_text()
    for name in pocket.__all__:
        value = getattr(pocket, name)
        if callable(value) and not (isinstance(value, type) and issubclass(value, PocketError)):
            assert f"\n## {name}\n" in api


def test_the_written_pages_are_what_the_code_says() -> None:
    script = ROOT / "scripts" / "generate_docs.py"
    run = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
