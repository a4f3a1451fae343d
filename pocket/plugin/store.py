"""The plugins that are installed: folders in `~/.pocket/plugins`."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pocket.errors import InstallError, PluginNotFound, PocketError, suggest
from pocket.plugin.data_folder import data_folder
from pocket.plugin.manifest import FILE_NAME, Manifest, read_manifest
from pocket.plugin.package import Package

_HIDDEN = "."
"""Folders that begin with it are installs under way, or the user's own affair."""


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """One installed plugin."""

    name: str
    folder: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class StoreListing:
    """All installed plugins, and what is wrong with folders that hold none."""

    plugins: tuple[InstalledPlugin, ...]
    problems: tuple[PocketError, ...]


def default_home(environ: Mapping[str, str] = os.environ) -> Path:
    """Give `$POCKET_HOME`, or `~/.pocket`."""
    named = environ.get("POCKET_HOME")
    return Path(named).absolute() if named else Path.home() / ".pocket"


class Store:
    """Installs, finds and removes plugins.

    Args:
        home: folder that holds everything of Pocket's; `default_home()` when None.
    """

    def __init__(self, home: Path | None = None) -> None:
        self.home = default_home() if home is None else Path(home).absolute()
        self.plugins_folder = self.home / "plugins"
        self.cache_folder = self.home / "cache"

    def listing(self) -> StoreListing:
        """Give every installed plugin; a broken one never hides the others."""
        plugins: list[InstalledPlugin] = []
        problems: list[PocketError] = []
        for name in self._names():
            try:
                plugins.append(self._read(name))
            except PocketError as error:
                problems.append(error)
        return StoreListing(tuple(plugins), tuple(problems))

    def get(self, name: str) -> InstalledPlugin:
        """Give one installed plugin.

        Raises:
            PluginNotFound: none has this name.
            InvalidManifest: its manifest has problems.
        """
        names = self._names()
        if name not in names:
            raise PluginNotFound(
                f"no plugin named {name!r} is installed",
                hint=suggest(name, names) or "`pocket plugins list` shows those that are",
            )
        return self._read(name)

    def install(self, package: Package, *, replace: bool = False) -> InstalledPlugin:
        """Put a package's two files in place, both or neither.

        Args:
            package: what to install.
            replace: take the place of an installed plugin of the same name.

        Raises:
            InstallError: a plugin of this name is there, or the folder cannot be written.
        """
        name = package.manifest.name
        folder = self.plugins_folder / name
        if not replace:
            self.require_vacant(name)
        try:
            self._put(package, folder)
        except OSError as error:
            raise InstallError(f"{folder}: {error.strerror}") from error
        return self._read(name)

    def require_vacant(self, name: str) -> None:
        """Check that no plugin of this name is there.

        Raises:
            InstallError: one is.
        """
        if (self.plugins_folder / name).exists():
            raise InstallError(
                f"plugin {name} is installed already",
                hint="replace it with --replace, or remove it first",
            )

    def remove(self, name: str, *, keep_data: bool = False) -> None:
        """Delete an installed plugin, even one whose manifest is broken.

        Args:
            name: of the plugin.
            keep_data: leave what it kept in its store, for another version of it.

        Raises:
            PluginNotFound: none has this name.
            InstallError: the folder cannot be deleted.
        """
        if name not in self._names():
            self.get(name)
        try:
            self._take_away(self.plugins_folder / name)
        except OSError as error:
            raise InstallError(f"{self.plugins_folder / name}: {error.strerror}") from error
        if not keep_data:
            self._delete_data(data_folder(self.home, name))

    def _delete_data(self, folder: Path) -> None:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise InstallError(f"{folder}: {error.strerror}", hint="delete it by hand") from error

    def _names(self) -> list[str]:
        try:
            found = list(os.scandir(self.plugins_folder))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise InstallError(f"{self.plugins_folder}: {error.strerror}") from None
        return sorted(e.name for e in found if e.is_dir() and not e.name.startswith(_HIDDEN))

    def _read(self, name: str) -> InstalledPlugin:
        folder = self.plugins_folder / name
        manifest = read_manifest(folder / FILE_NAME)
        if manifest.name != name:
            raise InstallError(
                f"{folder}: the manifest names the plugin {manifest.name!r}",
                hint=f"rename the folder to {manifest.name}",
            )
        return InstalledPlugin(name, folder, manifest)

    def _put(self, package: Package, folder: Path) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.plugins_folder.mkdir(mode=0o700, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self.plugins_folder))
        try:
            _write(new / FILE_NAME, package.manifest_bytes)
            _write(new / package.manifest.binary, package.module)
            if folder.exists():
                self._take_away(folder)
            new.rename(folder)
            _sync_folder(self.plugins_folder)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise

    def _take_away(self, folder: Path) -> None:
        """Rename first, so that a half-deleted plugin is never found."""
        old = Path(tempfile.mkdtemp(prefix=".old-", dir=self.plugins_folder))
        folder.rename(old / folder.name)
        shutil.rmtree(old)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
