"""The page on errors: a row for every class."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from markdown import table

from pocket import errors


def error_classes(base: type[errors.PocketError] = errors.PocketError) -> Iterator[list[str]]:
    """Give a row for every error class, subclasses below their base."""
    for kind in base.__subclasses__():
        said = inspect.getdoc(kind) or ""
        retry = "yes" if kind.retryable else ""
        summary = said.split("\n\n")[0].replace("\n", " ")
        yield [
            f"`{kind.__name__}`",
            f"`{kind.code}`",
            str(kind.exit_code),
            kind.fault.value,
            retry,
            summary,
        ]
        yield from error_classes(kind)


def errors_page() -> str:
    """Give docs/errors.md, without the note above it."""
    heading = ["error", "code", "exit code", "whose fault", "worth a retry", ""]
    return f"""# Errors

Every error derives from `pocket.PocketError` and has a `message`, a `hint` that says what to do, or
None, a stable `code`, its `fault` and whether it is `retryable`. In a workflow `step` names the
node that failed. Errors of a call have `plugin`, `node` and, for crashes, a `detail` with the last
lines of the plugin's log. Errors of files have `problems`, each with file, line, column, path and
hint.

The command line exits with the code below; with 1 for a bug in Pocket, 2 for wrong usage, 130 after
Ctrl-C, 143 after SIGTERM and 129 after SIGHUP. With `--output json` an error is one JSON object on
stderr, on a line of its own; a line before it may have `warnings`.

{table(heading, list(error_classes()))}
"""
