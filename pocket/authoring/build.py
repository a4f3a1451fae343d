"""Building a plugin in its folder, with its language's own tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pocket.authoring.bench import Bench
from pocket.authoring.languages import detect, toolchain
from pocket.errors import BuildFailed, InvalidInput, InvalidPackage
from pocket.plugin.manifest import FILE_NAME, parse_manifest
from pocket.plugin.package import Package, read_file, read_package

_MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave.

    Attributes:
        package: the folder's manifest and wasm file.
        tool: name of what built it.
    """

    package: Package
    tool: str


def build(folder: Path, *, language: str | None, show: Callable[[str], None]) -> Built:
    """Build the plugin in a folder. Its own build scripts run, outside of any sandbox.

    Args:
        folder: with manifest.yaml and the sources.
        language: a key of `LANGUAGES`; by default the folder's files tell.
        show: told which tool runs.

    Raises:
        BuildFailed: a tool is missing or fails, or there is no wasm file after it.
        InvalidManifest: manifest.yaml has problems; nothing was run.
        InvalidInput: there is no manifest.yaml, or the language is not known.
    """
    if not (folder / FILE_NAME).exists():
        hint = "go to the folder of a plugin, or name it"
        raise InvalidInput(f"{folder}: there is no {FILE_NAME}", hint=hint)
    manifest = parse_manifest(
        read_file(folder / FILE_NAME, _MANIFEST_BYTES), str(folder / FILE_NAME)
    )
    tools = detect(folder) if language is None else toolchain(language)
    binary = manifest.binary if "/" in manifest.binary else f"dist/{manifest.binary}"
    tools.build(Bench(folder, folder / binary, show))
    try:
        return Built(read_package(folder), tools.name)
    except InvalidPackage as error:
        hint = f"the build has to write {folder / binary}, as manifest.yaml says"
        raise BuildFailed(error.message, hint=hint) from None
