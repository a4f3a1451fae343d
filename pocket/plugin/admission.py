"""Whether a plugin may be loaded at all, and with which permissions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pocket.document import path_text
from pocket.errors import PermissionDenied, Problem
from pocket.plugin.folder_grant import refused_beside
from pocket.plugin.manifest import Manifest
from pocket.plugin.policy import Policy
from pocket.plugin.reader import in_order


def admitted(manifest: Manifest, policy: Policy, home: Path) -> Manifest:
    """Give the manifest that a plugin runs by: its own, within the policy.

    Args:
        manifest: of the plugin.
        policy: of the operator.
        home: Pocket's own folder, of which no plugin gets any part.

    Raises:
        PermissionDenied: it asks for what it may not have; `problems` has all of that.
    """
    problems = refusals(manifest, policy, home)
    if problems:
        error = PermissionDenied(
            "\n".join(map(str, problems)), hint=problems[0].hint, plugin=manifest.name
        )
        error.problems = tuple(problems)
        raise error
    return replace(manifest, permissions=policy.lowered(manifest))


def refusals(manifest: Manifest, policy: Policy, home: Path) -> list[Problem]:
    """Give everything that a manifest asks for and may not have."""
    return in_order([*policy.check(manifest), *_folders_beside(manifest, home)])


def _folders_beside(manifest: Manifest, home: Path) -> Iterator[Problem]:
    for index, grant in enumerate(manifest.permissions.filesystem):
        why = refused_beside(grant.path, home)
        if why is not None:
            at = ("permissions", "filesystem", index)
            yield Problem(manifest.place(at), why, path_text(at), "name another folder")
