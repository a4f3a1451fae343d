"""What the operator allows: policy.yaml, and whether a manifest stays within it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from pocket.document import JSON, Document, parse_document, path_text
from pocket.errors import InvalidPolicy, Place, Problem
from pocket.plugin.manifest import Manifest
from pocket.plugin.measure import MEASURES, MEMORY
from pocket.plugin.permissions import Permissions
from pocket.plugin.reader import in_order
from pocket.plugin.rules import Lists, Rules, matches, matches_any, refusal

FILE_NAME: Final = "policy.yaml"
MAX_BYTES: Final = 1 << 20
"""A policy written by a person is a thousand times smaller."""

_LESS: Final = "ask for less in the manifest, or allow more in the policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """The most that plugins may ask for; `Policy()` allows whatever their manifests name.

    Attributes:
        path: the file, or None where it was not read from one.
        rules: what holds for every plugin.
        plugins: which plugins are loaded at all.
        overrides: what is different for one plugin, by its name.
        exec_refused: what forbids workflows to run commands; None where nothing does.
        data: the values of the file.
    """

    path: str | None = None
    rules: Rules = field(default_factory=Rules)
    plugins: Lists[str] | None = None
    overrides: Mapping[str, Rules] = field(default_factory=dict)
    exec_refused: Place | None = None
    data: Mapping[str, JSON] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Path) -> Policy:
        """Read the policy of a Pocket home; where there is no file, everything is allowed.

        Raises:
            InvalidPolicy: the file has problems, or others can write to it.
        """
        file = home / FILE_NAME
        # A link that leads nowhere is a policy that was lost, not one that was never written.
        return cls.read(file) if os.path.lexists(file) else cls()

    @classmethod
    def read(cls, file: Path) -> Policy:
        """Read a policy from a file.

        Raises:
            InvalidPolicy: it cannot be read, has problems, or others can write to it.
        """
        document = parse_document(_text(file), str(file), error=InvalidPolicy)
        return replace(cls._of(document), path=document.path)

    @classmethod
    def from_mapping(cls, data: Mapping[str, JSON]) -> Policy:
        """Make a policy of the values that a file would have.

        Raises:
            InvalidPolicy: with every problem.
        """
        return cls._of(Document("policy", dict(data), {}, {}))

    @classmethod
    def _of(cls, document: Document) -> Policy:
        from pocket.plugin.policy_reader import PolicyReader

        reader = PolicyReader(document)
        general, plugins, overrides = reader.read()
        if reader.problems:
            raise InvalidPolicy(in_order(reader.problems))
        data = document.data if isinstance(document.data, dict) else {}
        return cls(None, general, plugins, overrides, reader.exec_refused(), data)

    def rules_for(self, name: str) -> Rules:
        """Give what holds for one plugin."""
        own = self.overrides.get(name)
        return self.rules if own is None else self.rules.overridden(own)

    def check(self, manifest: Manifest) -> list[Problem]:
        """Give everything that a manifest asks for and may not have, with both places."""
        why = refusal(manifest.name, self.plugins, matches_any, matches)
        if why is not None:
            hint = "allow it in the policy, if it is to be trusted"
            return [Problem(manifest.place(("name",)), why, "name", hint)]
        rules = self.rules_for(manifest.name)
        return [*_over_limits(manifest, rules), *_not_granted(manifest, rules)]

    def lowered(self, manifest: Manifest) -> Permissions:
        """Give a manifest's permissions with limits that it does not name held to the policy's."""
        permissions = manifest.permissions
        lower: dict[str, Any] = {}
        for name, limit in self.rules_for(manifest.name).limits.items():
            if not manifest.names(("permissions", _KEYS[name])):
                current = getattr(permissions, name)
                lower[name] = limit.value if current is None else min(current, limit.value)
        return replace(permissions, **lower)

    def to_json(self, plugin: str | None = None) -> dict[str, JSON]:
        """Give the policy as its file has it, or what holds for one plugin."""
        if plugin is None:
            return dict(self.data)
        general: dict[str, Any] = {
            key: self.data[key] for key in self.data if key not in _NOT_OF_ONE
        }
        plugins: Any = self.data.get("plugins", {})
        own: dict[str, Any] = plugins.get("overrides", {}).get(plugin, {})
        limits = general.get("limits", {}) | own.get("limits", {})
        return general | own | ({"limits": limits} if limits else {})


_NOT_OF_ONE: Final = frozenset({"plugins", "workflow"})
"""Sections that say nothing of a single plugin."""
_KEYS: Final = {"fuel": "fuel"} | {measure.field: measure.name for measure in MEASURES}
_WRITE: Final = {"fuel": "{:,}".format} | {measure.field: measure.write for measure in MEASURES}


def _over_limits(manifest: Manifest, rules: Rules) -> Iterator[Problem]:
    for name, limit in rules.limits.items():
        key = _KEYS[name]
        asked = getattr(manifest.permissions, name)
        if asked is not None and manifest.names(("permissions", key)):
            yield from _more(manifest, ("permissions", key), asked, limit.value, limit.place)
    memory, needed = rules.limits.get(MEMORY.field), manifest.requires_memory_bytes
    if memory is not None and needed is not None:
        yield from _more(manifest, ("requirements", "memory"), needed, *memory)
    if rules.fuel_required and manifest.permissions.fuel is None:
        yield Problem(
            manifest.place(("permissions",)),
            f"fuel is missing, and has to be named ({rules.fuel_required})",
            "permissions",
            "write permissions.fuel: 10000000, or as many instructions as a call may take",
        )


def _more(
    manifest: Manifest, at: tuple[str, str], asked: float, most: float, place: Place
) -> Iterator[Problem]:
    if asked <= most:
        return
    key = at[1]
    write = next(_WRITE[name] for name, known in _KEYS.items() if known == key)
    said = f"{write(asked)} is more than limits.{key}, {write(most)} ({place})"
    yield Problem(manifest.place(at), said, path_text(at), _LESS)


def _not_granted(manifest: Manifest, rules: Rules) -> Iterator[Problem]:
    asked = manifest.permissions
    for key, refused in (
        ("network", rules.refused_hosts(asked.network)),
        ("env", rules.refused_variables(asked.env)),
        ("filesystem", rules.refused_folders(asked.filesystem)),
    ):
        for index, why in refused:
            at = ("permissions", key, index)
            yield Problem(manifest.place(at), why, path_text(at), _LESS)


def _text(file: Path) -> bytes:
    """Read the file, if nobody else could have written it."""
    try:
        # Without O_NONBLOCK, opening a FIFO would wait for ever.
        fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as stream:
            _refuse_foreign(file, os.fstat(fd), "chmod 600")
            folder = Path(os.path.realpath(file)).parent
            _refuse_foreign(folder, folder.stat(), "chmod 700")
            return stream.read(MAX_BYTES + 1)
    except OSError as failure:
        problem = Problem(Place(str(file)), failure.strerror or str(failure))
        raise InvalidPolicy([problem]) from None


def _refuse_foreign(path: Path, status: os.stat_result, mend: str) -> None:
    """Refuse a file or folder that somebody else but root can change."""
    shared = status.st_mode & 0o022 and not (
        # In a sticky folder, as /tmp is, nobody can replace another's file.
        stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    )
    if shared or status.st_uid not in {0, os.geteuid()}:
        message = "others can write to it, so it is no policy"
        raise InvalidPolicy(
            [Problem(Place(str(path)), message, hint=f"chown it to yourself and `{mend} {path}`")]
        )
    if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
        raise InvalidPolicy([Problem(Place(str(path)), "no ordinary file")])
