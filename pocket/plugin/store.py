"""The plugins that are installed: folders in `~/.pocket/plugins`.

Beside the folder NAME there may be, of an install that is under way or was killed:

- `.new-NAME`, not yet whole: of no use, deleted by the next install;
- `.old-NAME`, which NAME is taking the place of: stands for NAME while there is no NAME;
- `.gone-NAME`, being deleted.

So each step is one rename, and whatever happens between two of them, a plugin is there: the old
one or the new one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pocket.errors import InstallError, PluginNotFound, PocketError, suggest
from pocket.plugin.data_folder import data_folder
from pocket.plugin.manifest import FILE_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from pocket.plugin.package import Package, read_file, read_package

T = TypeVar("T")

_HIDDEN = "."
"""Folders that begin with it are installs under way, or the user's own affair."""
_NEW, _OLD, _GONE = ".new-", ".old-", ".gone-"


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
        if not self._is_there(name):
            raise PluginNotFound(
                f"no plugin named {name!r} is installed",
                hint=suggest(name, self._names()) or "`pocket plugins list` shows those that are",
            )
        return self._read(name)

    def package(self, name: str) -> Package:
        """Read an installed plugin, all of one version even while another one takes its place.

        Raises:
            InvalidPackage: it is not there, or not whole.
            InvalidManifest: its manifest has problems.
        """
        package = self._of_one_version(name, read_package)
        return replace(package, path=str(self.plugins_folder / name))

    def install(self, package: Package, *, replace: bool = False) -> InstalledPlugin:
        """Put a package's two files in place, both or neither.

        Args:
            package: what to install.
            replace: take the place of an installed plugin of the same name.

        Raises:
            InstallError: a plugin of this name is there, or the folder cannot be written.
        """
        name = package.manifest.name
        with self._changing(name):
            if not replace:
                self.require_vacant(name)
            self._put(package, name)
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
        if not self._is_there(name):
            self.get(name)
        with self._changing(name):
            folder = self.plugins_folder / name
            if folder.exists():
                folder.rename(self.plugins_folder / f"{_GONE}{name}")
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
        names = (e.name.removeprefix(_OLD) for e in found if e.is_dir())
        return sorted({name for name in names if not name.startswith(_HIDDEN)})

    def _is_there(self, name: str) -> bool:
        if not name or "/" in name or name.startswith(_HIDDEN):
            return False
        # Not by a list: one that is made while a plugin takes another's place may lack both. The
        # first again, as the new one may have come after it and the old one gone before the second.
        names = (name, f"{_OLD}{name}", name)
        return any((self.plugins_folder / place).is_dir() for place in names)

    def _read(self, name: str) -> InstalledPlugin:
        return self._of_one_version(name, partial(_installed, name))

    def _of_one_version(self, name: str, read: Callable[[Path], T]) -> T:
        """Read a plugin's folder, and again if another version took its place meanwhile."""
        while True:
            folder = self._folder(name)
            before = _identity(folder)
            try:
                found = read(folder)
            except PocketError:
                now = self._folder(name)
                same = now == folder and _identity(now) == before
                if same and (before is not None or not self._is_there(name)):
                    raise
            else:
                if _identity(folder) == before:
                    return found

    def _folder(self, name: str) -> Path:
        folder, old = self.plugins_folder / name, self.plugins_folder / f"{_OLD}{name}"
        return old if old.exists() and not folder.exists() else folder

    @contextmanager
    def _changing(self, name: str) -> Iterator[None]:
        """Keep other installs out, and leave nothing half done, be it of this or an earlier one.

        Raises:
            InstallError: the folder cannot be written.
        """
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.plugins_folder.mkdir(mode=0o700, exist_ok=True)
            with (self.plugins_folder / ".lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._tidy()
                try:
                    yield
                finally:
                    self._tidy()
        except OSError as error:
            raise InstallError(f"{self.plugins_folder / name}: {error.strerror}") from error

    def _put(self, package: Package, name: str) -> None:
        new, folder = self.plugins_folder / f"{_NEW}{name}", self.plugins_folder / name
        new.mkdir(mode=0o700)
        _write(new / FILE_NAME, package.manifest_bytes)
        _write(new / package.manifest.binary, package.module)
        if folder.exists():
            folder.rename(self.plugins_folder / f"{_OLD}{name}")
        new.rename(folder)
        _sync_folder(self.plugins_folder)

    def _tidy(self) -> None:
        for entry in list(os.scandir(self.plugins_folder)):
            folder = self.plugins_folder / entry.name.removeprefix(_OLD)
            if entry.name.startswith(_OLD) and not folder.exists():
                Path(entry).rename(folder)
            elif entry.name.startswith((_NEW, _OLD, _GONE)):
                _delete(Path(entry))


def _installed(name: str, folder: Path) -> InstalledPlugin:
    file = folder / FILE_NAME
    # Not `read_manifest`: it would wait for ever for a FIFO.
    manifest = parse_manifest(read_file(file, MAX_MANIFEST_BYTES), str(file))
    if manifest.name != name:
        raise InstallError(
            f"{folder}: the manifest names the plugin {manifest.name!r}",
            hint=f"rename the folder to {manifest.name}",
        )
    return InstalledPlugin(name, folder, manifest)


def _identity(folder: Path) -> tuple[int, int, int] | None:
    """Tell a folder from another one of the same name; None where there is none."""
    try:
        status = folder.stat()
    except FileNotFoundError:
        return None
    # The number of a deleted folder is soon another one's.
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _delete(folder: Path) -> None:
    """Delete what is in the way; a link, which somebody may have put there, but not its target."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink()
    else:
        shutil.rmtree(folder)


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
