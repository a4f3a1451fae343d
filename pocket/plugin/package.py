"""A plugin as its author ships it: a .tar.gz or a folder with manifest.yaml and a wasm file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocket.errors import InvalidPackage
from pocket.plugin.archive import HOW_TO_PACK, MAX_ARCHIVE_BYTES, read_archive
from pocket.plugin.manifest import FILE_NAME, MAX_MANIFEST_BYTES, Manifest, parse_manifest
from pocket.units import format_bytes


@dataclass(frozen=True, slots=True)
class Package:
    """A plugin's two files.

    Attributes:
        manifest: read and checked.
        manifest_bytes: as the author wrote it.
        module: the wasm file's bytes.
        path: archive or folder that they came from.
        module_path: where in it the wasm file is.
    """

    manifest: Manifest
    manifest_bytes: bytes
    module: bytes
    path: str
    module_path: str


def read_package(path: Path) -> Package:
    """Read a .tar.gz, or a folder with manifest.yaml.

    Raises:
        InvalidPackage: not a package.
        InvalidManifest: its manifest has problems.
    """
    if path.is_dir():
        return _read_folder(path)
    return parse_package(read_file(path, MAX_ARCHIVE_BYTES), str(path))


def parse_package(archive: bytes, path: str) -> Package:
    """Read a .tar.gz from its bytes; `path` names it in errors.

    Raises:
        InvalidPackage: not a package.
        InvalidManifest: its manifest has problems.
    """
    files = read_archive(archive, path)
    manifests = [name for name in files if name.rsplit("/", 1)[-1] == FILE_NAME]
    if manifests != [FILE_NAME]:
        found = ", ".join(manifests) or "none"
        raise InvalidPackage(
            f"{path}: one {FILE_NAME} has to be at the top, found: {found}",
            hint=HOW_TO_PACK,
        )
    text = files[FILE_NAME]
    manifest = parse_manifest(text, f"{path}:{FILE_NAME}")
    binary = _binary(manifest, files, path)
    return Package(manifest, text, files[binary], path, binary)


def read_file(path: Path, max_bytes: int) -> bytes:
    """Read an ordinary file that may not be larger than `max_bytes`.

    Raises:
        InvalidPackage: missing, no ordinary file, or too large.
    """
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for ever.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise InvalidPackage(f"{path}: no ordinary file")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise InvalidPackage(f"{path}: {error.strerror}") from None
    if len(data) > max_bytes:
        raise InvalidPackage(f"{path}: larger than {format_bytes(max_bytes)}")
    return data


def _binary(manifest: Manifest, names: Iterable[str], path: str) -> str:
    """Find the wasm file: by its path, or by its name where one file alone has it."""
    wanted = manifest.binary
    known = list(names)
    same_name = [name for name in known if name.rsplit("/", 1)[-1] == wanted.rsplit("/", 1)[-1]]
    if wanted in known:
        return wanted
    if len(same_name) == 1 and "/" not in wanted:
        return same_name[0]
    if same_name:
        raise InvalidPackage(
            f"{path}: binary: {wanted} could be {' or '.join(sorted(same_name))}",
            hint="write the whole path as `binary` in the manifest",
        )
    raise InvalidPackage(
        f"{path}: {wanted} is missing", hint="build it first: `pocket plugins build`"
    )


def _read_folder(folder: Path) -> Package:
    text = read_file(folder / FILE_NAME, MAX_MANIFEST_BYTES)
    manifest = parse_manifest(text, str(folder / FILE_NAME))
    names = [name for name in _candidates(folder, manifest.binary) if (folder / name).exists()]
    module_path = _binary(manifest, names, str(folder))
    binary = folder / module_path
    if not binary.resolve().is_relative_to(folder.resolve()):
        raise InvalidPackage(f"{binary}: a link out of the plugin's folder")
    return Package(manifest, text, read_file(binary, MAX_ARCHIVE_BYTES), str(folder), module_path)


def _candidates(folder: Path, binary: str) -> list[str]:
    """Give where a folder's wasm file may be: where the manifest says, or one folder below."""
    if (folder / binary).exists() or "/" in binary:
        return [binary]
    below = (entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False))
    return [binary, *(f"{name}/{binary}" for name in sorted(below))]
