"""manifest.yaml, read into values or into the full list of what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from pocket.document import (
    JSON,
    Document,
    ValuePath,
    parse_document,
    path_text,
    read_document,
)
from pocket.errors import InvalidManifest, Place, Problem
from pocket.plugin import permissions as bounds
from pocket.plugin.permissions import Permissions
from pocket.schema import schema_problems
from pocket.units import format_bytes, format_duration, parse_bytes, parse_duration
from pocket.version import VERSION

FILE_NAME: Final = "manifest.yaml"


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
    state: Literal["fresh", "kept"] = "fresh"


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
    return _manifest(read_document(file, error=InvalidManifest))


def parse_manifest(text: bytes, path: str) -> Manifest:
    """Read a manifest from its text; `path` names it in errors.

    Raises:
        InvalidManifest: with every problem.
    """
    return _manifest(parse_document(text, path, error=InvalidManifest))


def _manifest(document: Document) -> Manifest:
    reader = _Reader(document)
    manifest = reader.read()
    if reader.problems:
        raise InvalidManifest(
            sorted(reader.problems, key=lambda problem: problem.place.line or 0),
        )
    return manifest


class _Reader:
    """Collects values and problems of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def read(self) -> Manifest:
        self._permissions_as_mapping()
        self.problems += schema_problems(self.document, manifest_schema())
        data = self.document.data
        if self.problems or not isinstance(data, dict):
            # Values of a wrong type are not read, but sizes and times are still worth a look.
            self._permissions(data)
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
        return Manifest(
            name=data["name"],
            version=data["version"],
            nodes=nodes,
            permissions=self._permissions(data),
            path=self.document.path,
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
                self._problem(at, "is not one permission", "write it like `- memory: 50MB`")
                continue
            ((key, value),) = item.items()
            if key in merged:
                self._problem((*at, key), "stands here twice", key=True)
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
        asked = section if isinstance(section, dict) else {}
        memory = self._size(asked, ("permissions", "memory"))
        cpu = self._duration(asked, ("permissions", "cpu"))
        timeout = self._duration(asked, ("permissions", "timeout"))
        given = {"memory_bytes": memory, "cpu_s": cpu, "timeout_s": timeout}
        chosen: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        if isinstance(asked.get("fuel"), int):
            chosen["fuel"] = asked["fuel"]
        for name in ("network", "env", "filesystem"):
            value = asked.get(name)
            if isinstance(value, list):
                chosen[name] = tuple(value)
        permissions = Permissions(**chosen)
        self._enough_memory(data, permissions)
        return permissions

    def _enough_memory(self, data: object, permissions: Permissions) -> None:
        section = data.get("requirements") if isinstance(data, dict) else None
        at = ("requirements", "memory")
        needed = self._size(section, at) if isinstance(section, dict) else None
        if needed is not None and needed > permissions.memory_bytes:
            self._problem(
                at,
                f"{format_bytes(needed)} is more than permissions.memory, "
                f"{format_bytes(permissions.memory_bytes)}",
                f"write permissions.memory: {format_bytes(needed)}",
            )

    def _size(self, section: Mapping[str, JSON], at: ValuePath) -> int | None:
        low, high = bounds.MIN_MEMORY_BYTES, bounds.MAX_MEMORY_BYTES
        value = self._measure(section, at, parse_bytes, low, high, format_bytes)
        return None if value is None else int(value)

    def _duration(self, section: Mapping[str, JSON], at: ValuePath) -> float | None:
        low, high = bounds.MIN_TIME_S, bounds.MAX_TIME_S
        return self._measure(section, at, parse_duration, low, high, format_duration)

    def _measure(
        self,
        section: Mapping[str, JSON],
        at: ValuePath,
        parse: Callable[[str], float],
        low: float,
        high: float,
        write: Callable[[Any], str],
    ) -> float | None:
        text = section.get(cast("str", at[-1]))
        if not isinstance(text, str):
            return None
        try:
            value = parse(text)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            self._problem(at, message, hint)
            return None
        if low <= value <= high:
            return value
        self._problem(at, f"{text} is not from {write(low)} to {write(high)}")
        return None

    def _requires_pocket(self, data: Mapping[str, Any]) -> str | None:
        text = data.get("requirements", {}).get("pocket")
        if text is None:
            return None
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        at = ("requirements", "pocket")
        try:
            allowed = SpecifierSet(text)
        except InvalidSpecifier:
            self._problem(at, f"{text!r} is no version range", "write it like >=0.5.0")
            return None
        if not allowed.contains(VERSION, prereleases=True):
            self._problem(
                at, f"this is Pocket {VERSION}, the plugin needs {text}", "upgrade Pocket"
            )
        return str(text)

    def _unique(self, nodes: tuple[NodeDeclaration, ...]) -> None:
        seen: set[str] = set()
        for index, node in enumerate(nodes):
            if node.type in seen:
                self._problem(("nodes", index, "type"), f"{node.type} stands here twice")
            seen.add(node.type)

    def _problem(
        self, at: ValuePath, message: str, hint: str | None = None, *, key: bool = False
    ) -> None:
        place = self.document.place(at, key=key)
        self.problems.append(Problem(place, message, path_text(at), hint))


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
