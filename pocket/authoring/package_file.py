"""The package that an author hands out, made of a folder that was built."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pocket.authoring.tarball import pack
from pocket.errors import InstallError, Place, Problem
from pocket.plugin.manifest import FILE_NAME
from pocket.plugin.module import split_module, with_debug_sections
from pocket.plugin.package import Package, parse_package
from pocket.supervisor.condenser import condense


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A package that was written: where, how to know it again, and what its author should know."""

    file: Path
    size_bytes: int
    sha256: str
    warnings: tuple[Problem, ...]


def write_package(package: Package, file: Path) -> PackageFile:
    """Write a plugin's two files as a .tar.gz: the same bytes for the same files and folder.

    Of debug information the lines of the author's own files are kept, for the stack of a crash. All
    of it would be larger than most plugins, and may name folders of whoever built it.

    Args:
        package: that was loaded once, so that what is handed out works.
        file: where to; what is there is replaced.

    Raises:
        InvalidModule: its debug information cannot be read.
        InvalidPackage: the result is not what `pocket plugins install` takes.
        InstallError: it cannot be written.
    """
    place = Place(f"{package.path}/{package.module_path}")
    folder = Path(package.path).resolve()
    bare = with_debug_sections(package.module, b"", place.path)
    module = with_own_lines(package.module, folder, place.path)
    archive = pack({FILE_NAME: package.manifest_bytes, package.manifest.binary: module})
    parse_package(archive, str(file))
    _write(archive, file)
    warnings = (_no_lines(place, folder),) if module == bare != package.module else ()
    return PackageFile(file, len(archive), hashlib.sha256(archive).hexdigest(), warnings)


def with_own_lines(module: bytes, folder: Path, path: str) -> bytes:
    """Keep of a module's debug information the lines of the files in a folder.

    Args:
        module: the wasm file's bytes, as a compiler wrote them.
        folder: that it was built in, absolute.
        path: names the module in errors.

    Raises:
        InvalidModule: its debug information cannot be read.
    """
    bare = with_debug_sections(module, b"", path)
    symbols = split_module(module, path).symbols
    if symbols is None or bare == module:
        return module
    return with_debug_sections(bare, condense(symbols, str(folder), path), path)


def _no_lines(place: Place, folder: Path) -> Problem:
    message = f"no line in its debug information is of a file in {folder}"
    hint = (
        "a crash will name functions only; build the plugin in that folder, with "
        '`debug = "line-tables-only"` in Cargo.toml or with -gline-tables-only'
    )
    return Problem(place, message, hint=hint, warning=True)


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
