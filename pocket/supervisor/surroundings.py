"""What one plugin may see of the world outside, and ask of its host."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocket.capability.broker import Broker, Capability
from pocket.capability.env import environ_for
from pocket.masking import NO_MASK, Mask
from pocket.plugin.data_folder import data_folder_of
from pocket.plugin.manifest import Manifest
from pocket.supervisor.folders import OpenFolder, open_folders


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Handed to one worker.

    Attributes:
        broker: answers its host calls; None where it may make none.
        environ: the variables that it sees, as `NAME=value`.
        folders: the folders that it sees.
    """

    broker: Broker | None = None
    environ: tuple[bytes, ...] = ()
    folders: tuple[OpenFolder, ...] = ()
    mask: Mask = NO_MASK
    """Hides the values of the variables."""


@dataclass(frozen=True, slots=True)
class Grants:
    """What one plugin was granted, from which the surroundings of each of its workers are made.

    Attributes:
        manifest: as it was admitted.
        home: Pocket's own folder.
        broker: answers the plugin's host calls; None where it may make none.
    """

    manifest: Manifest
    home: Path
    broker: Broker | None = None

    @contextmanager
    def surroundings(self) -> Iterator[Surroundings]:
        """Give the surroundings of a new worker; what is open in them is closed afterwards.

        Raises:
            PermissionDenied: a granted folder cannot be opened.
            InvalidInput: a granted variable cannot be passed on.
        """
        permissions = self.manifest.permissions
        environ = environ_for(permissions, os.environ) if permissions.env else ()
        if not permissions.filesystem:
            yield Surroundings(self.broker, tuple(environ), mask=self.mask)
            return
        name = self.manifest.name
        with open_folders(name, permissions.filesystem, self.home) as folders:
            yield Surroundings(self.broker, tuple(environ), folders, self.mask)

    @property
    def mask(self) -> Mask:
        """What hides the values of the variables that the plugin sees."""
        environ = environ_for(self.manifest.permissions, os.environ)
        pairs = (os.fsdecode(pair).partition("=") for pair in environ)
        return Mask({name: value for name, _, value in pairs})


def grants_of(manifest: Manifest, home: Path, origin: str) -> Grants:
    """Give what a plugin was granted.

    Args:
        manifest: as it was admitted.
        home: Pocket's own folder.
        origin: folder, archive or URL that the plugin came from; its data are kept by it.
    """
    capabilities: dict[str, Capability] = {}
    permissions = manifest.permissions
    if permissions.network:
        from pocket.capability.http import Http

        capabilities["http"] = Http(permissions.network)
    if permissions.store_bytes:
        from pocket.capability.store import KeyValueStore

        folder = data_folder_of(home, manifest.name, origin)
        capabilities["store"] = KeyValueStore(folder, permissions.store_bytes)
    broker = Broker(manifest.name, capabilities) if capabilities else None
    return Grants(manifest, home, broker)
