"""Options and arguments that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from pocket.cli.output import Format
from pocket.document import JSON
from pocket.errors import InvalidInput

Output = Annotated[
    Format, typer.Option("--output", "-o", help="How to print the result.", show_default=True)
]


def complete_plugin(incomplete: str) -> list[str]:
    """Give the names of installed plugins that begin like this."""
    from pocket.plugin.store import Store

    names = [plugin.name for plugin in Store().listing().plugins]
    return [name for name in names if name.startswith(incomplete)]


PluginName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="An installed plugin.", autocompletion=complete_plugin),
]
ConfigJson = Annotated[
    str | None,
    typer.Option("--config", "-c", metavar="JSON|@FILE|-", help="The node's config."),
]


def read_json(text: str, option: str) -> JSON:
    """Read the value of an option: JSON itself, `@FILE`, or `-` for stdin.

    Raises:
        InvalidInput: it cannot be read, or is not JSON; with line and column.
    """
    place, data = _read(text, option)
    try:
        value: JSON = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"{place}:{error.lineno}:{error.colno}: {error.msg}",
            hint=f"""write JSON, as in {option} '{{"text": "hello"}}'""",
        ) from None
    return value


def stdin() -> IO[bytes]:
    """Give stdin, as bytes.

    Raises:
        InvalidInput: it is closed.
    """
    if sys.stdin is None:
        raise InvalidInput("stdin is closed")
    return sys.stdin.buffer


def _read(text: str, option: str) -> tuple[str, bytes]:
    if text == "-":
        return "stdin", stdin().read()
    if not text.startswith("@"):
        return option, text.encode(errors="surrogateescape")
    path = Path(text[1:])
    try:
        return str(path), path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
