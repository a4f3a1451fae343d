"""Files that a workflow file names: they lie beneath its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MAX_FILE_BYTES: Final = 1 << 20
"""A template or schema that a person wrote is a thousand times smaller."""


def read_beside(document: str, name: str) -> str:
    """Read a text file.

    Args:
        document: path of the workflow file.
        name: path of the file, from the workflow's folder on.

    Raises:
        ValueError: it cannot be read, or lies elsewhere; a hint may stand after "; ".
    """
    try:
        folder = Path(document).parent.resolve()
        file = (folder / name).resolve()
        if not file.is_relative_to(folder):
            raise ValueError(f"{name!r} leads out of the workflow's folder; put the file beside it")
        if not file.is_file():
            raise ValueError(f"there is no file {str(file)!r}")
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, RuntimeError) as error:
        raise ValueError(f"{name!r} cannot be read: {error}") from error
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"{name!r} has more than {MAX_FILE_BYTES} bytes")
    return data.decode("utf-8-sig")
