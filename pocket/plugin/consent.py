"""What a person has to agree to before a plugin is installed."""

from __future__ import annotations

from dataclasses import dataclass

from pocket.document import JSON
from pocket.errors import ConsentRequired, PocketError
from pocket.plugin.manifest import Manifest
from pocket.plugin.network_reach import covered
from pocket.plugin.permissions import Permissions
from pocket.plugin.store import Store


@dataclass(frozen=True, slots=True)
class Difference:
    """What a plugin asks for, beside what the installed one of its name was given.

    Attributes:
        plugin: name of the plugin.
        added: in words, all that it asks for where nothing is installed.
        removed: in words.
        needs_consent: whether it asks for more of the world than was agreed to; memory, CPU and
            time, which can harm nobody, need no consent.
        replaces: version of the installed one, or None.
    """

    plugin: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    needs_consent: bool
    replaces: str | None = None

    @classmethod
    def from_installed(cls, store: Store, manifest: Manifest) -> Difference:
        """Compare a manifest with what is installed under its name."""
        installed = _installed(store, manifest.name)
        new, old = manifest.permissions, installed.permissions if installed else None
        words = new.in_words()
        before = old.in_words() if old else []
        return cls(
            manifest.name,
            tuple(line for line in words if line not in before),
            tuple(line for line in before if line not in words),
            asks_for_more(new, old or Permissions()),
            installed.version if installed else None,
        )

    def lines(self) -> list[str]:
        """Give the changes, one a line: `+` for what is new, `-` for what is gone."""
        return [*(f"- {line}" for line in self.removed), *(f"+ {line}" for line in self.added)]

    def heading(self) -> str:
        """Give the sentence before the lines."""
        if self.replaces is None:
            return f"plugin {self.plugin} asks for:"
        return f"plugin {self.plugin} asks for more than the installed version {self.replaces}:"

    def refused(self, *, hint: str | None = None) -> ConsentRequired:
        """Make the error of a plugin that nobody agreed to."""
        message = "\n".join((self.heading(), *self.lines()))
        return ConsentRequired(message, hint=hint, added=self.added, removed=self.removed)

    def to_json(self) -> dict[str, JSON]:
        """Give the changes as JSON."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "needed_consent": self.needs_consent,
            "replaces": self.replaces,
        }


def asks_for_more(new: Permissions, old: Permissions) -> bool:
    """Say whether permissions reach further into the world than others did."""
    return not (
        all(covered(rule, old.network) for rule in new.network)
        and set(new.env) <= set(old.env)
        and all(any(had.covers(grant) for had in old.filesystem) for grant in new.filesystem)
        and (not new.writes or new.disk_bytes <= old.disk_bytes)
        and new.store_bytes <= old.store_bytes
    )


def _installed(store: Store, name: str) -> Manifest | None:
    """Give the installed manifest; nobody could have agreed to one that cannot be read."""
    try:
        return store.get(name).manifest
    except PocketError:
        return None
