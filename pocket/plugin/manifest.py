"""manifest.yaml, read into values or into the full list of what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from pocket.document import (
    JSON,
    Document,
    ValuePath,
    parse_document,
    read_document,
)
from pocket.errors import InvalidManifest, Place
from pocket.plugin.measure import MEMORY
from pocket.plugin.permission_reader import read_permissions
from pocket.plugin.permissions import Permissions
from pocket.plugin.reader import Reader, in_order
from pocket.schema import schema_problems
from pocket.version import VERSION

FILE_NAME: Final = "manifest.yaml"
MAX_MANIFEST_BYTES: Final = 256 << 10
"""A manifest with the most of all that it may have takes half of it."""

_NEEDS: Final[ValuePath] = ("requirements",)


@dataclass(frozen=True, slots=True)
class NodeDeclaration:
    """One node type that a plugin offers."""

    type: str
    category: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest without errors; `path` is the file that it came from."""

    name: str
    version: str
    nodes: tuple[NodeDeclaration, ...]
    permissions: Permissions
    path: str
    description: str = ""
    author: str = ""
    license: str = ""
    runtime: str = "wasm"
    binary: str = "plugin.wasm"
    requires_pocket: str | None = None
    requires_memory_bytes: int | None = None
    state: Literal["fresh", "kept"] = "fresh"
    document: Document | None = field(default=None, repr=False, compare=False)
    """What it was read from, with permissions as a mapping."""

    def place(self, at: ValuePath) -> Place:
        """Give where the value at a path stands, or where it could be added."""
        return self.document.place(at) if self.document else Place(self.path)

    def names(self, at: ValuePath) -> bool:
        """Say whether the author wrote a value there; a default is not written."""
        return self.document is None or self.document.names(at)


@cache
def manifest_schema() -> dict[str, Any]:
    """Give the JSON Schema of a manifest, with permissions as a mapping."""
    text = Path(__file__).with_name("manifest.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def read_manifest(file: Path) -> Manifest:
    """Read a manifest from a file.

    Raises:
        InvalidManifest: with every problem.
    """
    return _manifest(read_document(file, error=InvalidManifest, max_bytes=MAX_MANIFEST_BYTES))


def parse_manifest(text: bytes, path: str) -> Manifest:
    """Read a manifest from its text; `path` names it in errors.

    Raises:
        InvalidManifest: with every problem.
    """
    document = parse_document(text, path, error=InvalidManifest, max_bytes=MAX_MANIFEST_BYTES)
    return _manifest(document)


def _manifest(document: Document) -> Manifest:
    reader = _ManifestReader(document)
    manifest = reader.read()
    if reader.problems:
        raise InvalidManifest(in_order(reader.problems))
    return manifest


class _ManifestReader(Reader):
    """Gives the manifest of one document."""

    def read(self) -> Manifest:
        self._permissions_as_mapping()
        self.problems += schema_problems(self.document, manifest_schema())
        data = self.document.data
        if self.problems or not isinstance(data, dict):
            # Values of a wrong type are not read, but sizes and times are still worth a look.
            self._needed_memory(data, self._permissions(data))
            return _NOTHING
        return self._values(data)

    def _values(self, data: Mapping[str, Any]) -> Manifest:
        nodes = tuple(NodeDeclaration(**node) for node in data["nodes"])
        self._unique(nodes)
        texts = {
            key: data[key]
            for key in ("description", "author", "license", "runtime", "binary", "state")
            if key in data
        }
        permissions = self._permissions(data)
        return Manifest(
            name=data["name"],
            version=data["version"],
            nodes=nodes,
            permissions=permissions,
            requires_memory_bytes=self._needed_memory(data, permissions),
            path=self.document.path,
            document=self.document,
            requires_pocket=self._requires_pocket(data),
            **texts,
        )

    def _permissions_as_mapping(self) -> None:
        """Turn the list form of permissions into the mapping form, places included."""
        data = self.document.data
        listed = data.get("permissions") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(listed, list):
            if isinstance(data, dict) and listed is None and "permissions" in data:
                data["permissions"] = {}
            return
        merged: dict[str, JSON] = {}
        moved: dict[ValuePath, ValuePath] = {}
        for index, item in enumerate(listed):
            at: ValuePath = ("permissions", index)
            if not isinstance(item, dict) or len(item) != 1:
                self.problem(at, "is not one permission", "write it like `- memory: 50MB`")
                continue
            ((key, value),) = item.items()
            if key in merged:
                self.problem((*at, key), "stands here twice", key=True)
            merged[key] = value
            moved[("permissions", key)] = (*at, key)
        data["permissions"] = merged
        self.document = replace(
            self.document,
            _values=_moved(self.document._values, moved),  # noqa: SLF001
            _keys=_moved(self.document._keys, moved),  # noqa: SLF001
        )

    def _permissions(self, data: object) -> Permissions:
        section = data.get("permissions") if isinstance(data, dict) else None
        return read_permissions(self, section if isinstance(section, dict) else {})

    def _needed_memory(self, data: object, permissions: Permissions) -> int | None:
        section = data.get("requirements") if isinstance(data, dict) else None
        needed = self.measure(section, _NEEDS, MEMORY) if isinstance(section, dict) else None
        if needed is None:
            return None
        if needed > permissions.memory_bytes:
            text = MEMORY.write(needed)
            self.problem(
                (*_NEEDS, MEMORY.name),
                f"{text} is more than permissions.memory, {MEMORY.write(permissions.memory_bytes)}",
                f"write permissions.memory: {text}",
            )
        return int(needed)

    def _requires_pocket(self, data: Mapping[str, Any]) -> str | None:
        text = data.get("requirements", {}).get("pocket")
        if text is None:
            return None
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        at = ("requirements", "pocket")
        try:
            allowed = SpecifierSet(text)
        except InvalidSpecifier:
            self.problem(at, f"{text!r} is no version range", "write it like >=0.5.0")
            return None
        if not allowed.contains(VERSION, prereleases=True):
            self.problem(at, f"this is Pocket {VERSION}, the plugin needs {text}", "upgrade Pocket")
        return str(text)

    def _unique(self, nodes: tuple[NodeDeclaration, ...]) -> None:
        seen: set[str] = set()
        for index, node in enumerate(nodes):
            if node.type in seen:
                self.problem(("nodes", index, "type"), f"{node.type} stands here twice")
            seen.add(node.type)


def _moved(
    places: Mapping[ValuePath, Place], moved: Mapping[ValuePath, ValuePath]
) -> dict[ValuePath, Place]:
    """Give the places of a list of mappings as those of one mapping."""
    back = {old: new for new, old in moved.items()}
    return {
        (*back[path[:3]], *path[3:]) if path[:3] in back else path: place
        for path, place in places.items()
    }


_NOTHING: Final = Manifest("", "", (), Permissions(), "")
