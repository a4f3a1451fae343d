"""Opens the folders that a plugin was granted, for a worker that cannot open any itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from pocket.errors import PermissionDenied
from pocket.plugin.folder_grant import FolderGrant, modes_by_folder, refused_beside

MAX_FOLDERS: Final = 16
"""Each is an open file of the worker, which has few."""

Folder = tuple[str, int, int]
"""Path, mode (1 read, 2 write, 3 both), open descriptor."""


@contextmanager
def opened(grants: Sequence[FolderGrant], home: Path, plugin: str) -> Iterator[tuple[Folder, ...]]:
    """Open each folder once, and close them all in the end.

    Args:
        grants: of the plugin.
        home: Pocket's own folder, of which no plugin gets any part.
        plugin: names the plugin in errors.

    Raises:
        PermissionDenied: a folder is missing, is none, or leads where no plugin may go.
    """
    modes = modes_by_folder(grants)
    if len(modes) > MAX_FOLDERS:
        raise PermissionDenied(
            f"plugin {plugin}: permissions.filesystem has {len(modes)} folders, "
            f"{MAX_FOLDERS} at most can be granted",
            hint="grant a folder that holds several of them",
            plugin=plugin,
        )
    with ExitStack() as stack:
        folders = []
        for path, mode in modes.items():
            fd = _open(path, home, plugin)
            stack.callback(os.close, fd)
            folders.append((path, mode, fd))
        yield tuple(folders)


def _open(path: str, home: Path, plugin: str) -> int:
    try:
        fd = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise PermissionDenied(
            f"plugin {plugin}: permissions.filesystem: {path}: {error.strerror}",
            hint="make the folder, or take it out of the manifest",
            plugin=plugin,
        ) from None
    # What was opened is asked about, not the name: a link may have changed since the plugin was
    # admitted.
    reason = refused_beside(f"/proc/self/fd/{fd}", home)
    if reason is None:
        return fd
    os.close(fd)
    raise PermissionDenied(
        f"plugin {plugin}: permissions.filesystem: {path} leads where no plugin may go",
        hint="name another folder",
        plugin=plugin,
    )
