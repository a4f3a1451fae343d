"""Files that a workflow file names: they lie beneath its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pocket.workflow.folder import Folder

MAX_FILE_BYTES: Final = 1 << 20
"""A template or schema that a person wrote is a thousand times smaller."""


def folder_beside(document: str, name: str = ".") -> Folder:
    """Give a folder that a workflow file names; a relative path begins at the file's own folder."""
    return Folder(Path(document).parent.absolute() / name)


def read_beside(document: str, name: str) -> str:
    """Read a text file.

    Args:
        document: path of the workflow file.
        name: path of the file, from the workflow's folder on.

    Raises:
        ValueError: it cannot be read, or lies elsewhere; a hint may stand after "; ".
    """
    try:
        with folder_beside(document).spot(name) as spot:
            data, _ = spot.read(MAX_FILE_BYTES)
    except OSError as error:
        raise ValueError(f"{name!r} cannot be read: {error.strerror}") from error
    return data.decode("utf-8-sig")
