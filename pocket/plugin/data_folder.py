"""Where a plugin's own data lie: `HOME/data/NAME`, and elsewhere for what is not installed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_FOLDER = "data"


def data_folder(home: Path, name: str) -> Path:
    """Give the folder of an installed plugin's data."""
    return home / _FOLDER / name


def data_folder_of(home: Path, name: str, origin: str) -> Path:
    """Give the folder of the data of a plugin that was loaded from anywhere.

    A package may call itself what it likes; only what is installed gets at the data of the
    installed plugin of that name. No name of a plugin begins with `@`.

    Args:
        home: Pocket's own folder.
        name: from the manifest.
        origin: folder, archive or URL that the plugin came from.
    """
    place = os.path.realpath(origin)
    # An install that was killed may leave the plugin at the second one, until the next.
    installed = (home / "plugins" / name, home / "plugins" / f".old-{name}")
    if place in map(os.path.realpath, installed):
        return data_folder(home, name)
    digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    return home / _FOLDER / f"@{digest}" / name
