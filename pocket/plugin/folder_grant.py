"""One entry of `permissions.filesystem`: a folder that a plugin may read, or write."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal, cast

Mode = Literal["read", "write"]

MODE_BITS: Final[dict[str, int]] = {"read": 1, "write": 2}
"""As the worker is told of them."""
KERNEL_FOLDERS: Final = tuple(map(PurePosixPath, ("/proc", "/sys", "/dev")))
"""What the kernel shows there is of other processes and of devices, never a plugin's files."""
MAX_PATH_BYTES: Final = 4095
"""PATH_MAX of Linux without its NUL."""

_HINT: Final = "write it like read:/data"


@dataclass(frozen=True, slots=True)
class FolderGrant:
    """A folder and all that is beneath it; `str()` writes it as a manifest does.

    Attributes:
        mode: `read` or `write`; one does not include the other.
        path: absolute and normalised.
    """

    mode: Mode
    path: str

    @classmethod
    def parse(cls, text: str) -> FolderGrant:
        """Read `read:/folder` or `write:/folder`.

        Raises:
            ValueError: the text is no grant; what to do stands after "; ".
        """
        mode, colon, path = text.partition(":")
        if not colon or mode not in MODE_BITS:
            raise ValueError(f"{text!r} is not a grant of a folder; {_HINT}")
        return cls(cast("Mode", mode), parse_folder(path))

    def __str__(self) -> str:
        """Give the text of the manifest."""
        return f"{self.mode}:{self.path}"

    def covers(self, other: FolderGrant) -> bool:
        """Say whether `other` is the same kind of use of this folder, or of one beneath it."""
        return self.mode == other.mode and beneath(other.path, self.path)


def parse_folder(path: str) -> str:
    """Check the path of a folder that a plugin is to get.

    Raises:
        ValueError: it is not absolute, normalised and harmless; what to do stands after "; ".
    """
    refused = refused_folder(plain_path(path))
    if refused is not None:
        raise ValueError(f"{refused}; name a folder of files")
    return path


def plain_path(path: str) -> str:
    """Check that a path is absolute and normalised.

    Raises:
        ValueError: it is not; what to do stands after "; ".
    """
    if not path.isprintable():
        raise ValueError(f"{path!r} has a character that cannot be shown; rename the folder")
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is not an absolute path; begin it with /")
    if len(path.encode()) > MAX_PATH_BYTES:
        raise ValueError(f"the path has more than {MAX_PATH_BYTES} bytes; name a folder above it")
    plain = os.path.normpath(f"/{path.lstrip('/')}")
    if plain != path:
        raise ValueError(f"{path!r} is not the plain form of the path; write {plain}")
    return path


def refused_folder(path: str) -> str | None:
    """Say why no plugin gets this folder, whatever anybody allows, or None."""
    folder = PurePosixPath(path)
    if path == "/":
        return "/ is the whole machine"
    kernel = next((known for known in KERNEL_FOLDERS if folder.is_relative_to(known)), None)
    return f"{path} belongs to the kernel" if kernel else None


def refused_beside(path: str, home: Path) -> str | None:
    """Say why a folder may not be granted once all links are followed, or None.

    A link can be put there at any time: whoever opens the folder has to ask again, with the path
    of what was opened.

    Args:
        path: of a grant.
        home: Pocket's own folder, which holds the plugins and their data.
    """
    real, own = os.path.realpath(path), os.path.realpath(home)
    if beneath(real, own):
        return f"{path} is within Pocket's own folder {home}"
    if beneath(own, real):
        return f"{path} has Pocket's own folder {home} in it"
    reason = refused_folder(real)
    return f"{path} is a link: {reason}" if reason else None


def beneath(path: str, folder: str) -> bool:
    """Say whether a path is a folder itself or beneath it, by their names alone."""
    return PurePosixPath(path).is_relative_to(folder)


def modes_by_folder(grants: Iterable[FolderGrant]) -> dict[str, int]:
    """Give each folder once, in the order of the grants: 1 to read, 2 to write, 3 for both."""
    modes: dict[str, int] = {}
    for grant in grants:
        modes[grant.path] = modes.get(grant.path, 0) | MODE_BITS[grant.mode]
    return modes
