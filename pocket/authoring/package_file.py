"""The package that an author hands out, made of a folder that was built."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pocket.authoring.tarball import pack
from pocket.errors import InstallError
from pocket.plugin.manifest import FILE_NAME
from pocket.plugin.module import without_debug_sections
from pocket.plugin.package import Package, parse_package


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package that was written: where, and how to know it again."""

    file: Path
    size_bytes: int
    sha256: str


def write_package(package: Package, file: Path, *, debug: bool = False) -> PackageFile:
    """Write a plugin's two files as a .tar.gz: the same bytes for the same files.

    Debug information is left out: it is larger than most plugins, and may name folders of whoever
    built them and their compiler.

    Args:
        package: that was loaded once, so that what is handed out works.
        file: where to; what is there is replaced.
        debug: keep it, so that the stack of a crash has lines wherever the plugin is installed.

    Raises:
        InvalidPackage: the result is not what `pocket plugins install` takes.
        InstallError: it cannot be written.
    """
    binary = package.manifest.binary
    module = package.module if debug else without_debug_sections(package.module, binary)
    archive = pack({FILE_NAME: package.manifest_bytes, binary: module})
    parse_package(archive, str(file))
    _write(archive, file)
    return PackageFile(file, len(archive), hashlib.sha256(archive).hexdigest())


def _write(data: bytes, file: Path) -> None:
    """Put the file in place whole or not at all."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as written:
            written.write(data)
        # A temporary file is for its owner alone; a package is for everybody.
        temporary = Path(written.name)
        temporary.chmod(0o644)
        temporary.replace(file)
    except OSError as error:
        raise InstallError(f"{file}: {error.strerror}") from None
