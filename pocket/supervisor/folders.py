"""Opening the folders that a plugin was granted, for the worker that gets them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pocket.errors import PermissionDenied
from pocket.plugin.folder_grant import (
    FolderGrant,
    modes_by_folder,
    refused_beside,
    refused_folder,
)

_FLAGS: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

MAX_FOLDERS: Final = 32
"""They take the worker's first descriptors, below those that its policies know by their number."""

OpenFolder = tuple[str, int, int]
"""Path as the plugin knows it, mode (1 read, 2 write, 3 both), open descriptor."""


@contextmanager
def open_folders(
    plugin: str, grants: Iterable[FolderGrant], home: Path
) -> Iterator[tuple[OpenFolder, ...]]:
    """Open each granted folder once; all are closed afterwards.

    Args:
        plugin: names the plugin in errors.
        grants: of the plugin.
        home: Pocket's own folder, which no plugin gets.

    Raises:
        PermissionDenied: a folder is missing, is no folder, or is one that no plugin gets.
    """
    modes = modes_by_folder(grants)
    if len(modes) > MAX_FOLDERS:
        raise PermissionDenied(
            f"plugin {plugin}: permissions.filesystem names {len(modes)} folders, "
            f"{MAX_FOLDERS} at most can be granted",
            hint="grant a folder that holds several of them",
            plugin=plugin,
        )
    with ExitStack() as stack:
        folders = []
        for path, mode in modes.items():
            fd = _open(plugin, path)
            stack.callback(os.close, fd)
            _check(plugin, path, fd, home)
            folders.append((path, mode, fd))
        yield tuple(folders)


def _open(plugin: str, path: str) -> int:
    # Links are followed here and once: what is open stays the same folder from now on.
    try:
        return os.open(os.path.realpath(path, strict=True), _FLAGS)
    except FileNotFoundError:
        what, hint = "there is no such folder", f"make it: `mkdir -p {path}`"
    except NotADirectoryError:
        what, hint = "is not a folder", "name a folder, not a file in it"
    except OSError as error:
        what, hint = f"cannot be opened: {error.strerror}", "let the user of Pocket enter it"
    raise _denied(plugin, path, what, hint)


def _check(plugin: str, path: str, fd: int, home: Path) -> None:
    """Refuse a folder by where it is, whatever the path said when it was checked."""
    real = str(Path(f"/proc/self/fd/{fd}").readlink())
    reason = refused_folder(real) or refused_beside(real, home)
    if reason is not None:
        raise _denied(plugin, path, reason, "name a folder of files")


def _denied(plugin: str, path: str, what: str, hint: str) -> PermissionDenied:
    where = f"plugin {plugin}: permissions.filesystem: {path}"
    return PermissionDenied(f"{where}: {what}", hint=hint, plugin=plugin)
