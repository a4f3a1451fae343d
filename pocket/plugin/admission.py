"""Whether a plugin may be loaded at all, and with which permissions."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from pocket.document import path_text
from pocket.errors import PermissionDenied, Problem
from pocket.plugin.folder_grant import FolderGrant, beneath, refused_beside
from pocket.plugin.manifest import Manifest
from pocket.plugin.policy import Policy
from pocket.plugin.reader import in_order


def admitted(
    manifest: Manifest, policy: Policy, home: Path, origin: Path | None = None
) -> Manifest:
    """Give the manifest that a plugin runs by: its own, within the policy.

    Args:
        manifest: of the plugin.
        policy: of the operator.
        home: Pocket's own folder, of which no plugin gets any part.
        origin: folder or archive that the plugin is loaded from, and will be again.

    Raises:
        PermissionDenied: it asks for what it may not have; `problems` has all of that.
    """
    problems = refusals(manifest, policy, home, origin)
    if problems:
        error = PermissionDenied(
            "\n".join(map(str, problems)), hint=problems[0].hint, plugin=manifest.name
        )
        error.problems = tuple(problems)
        raise error
    return replace(manifest, permissions=policy.lowered(manifest))


def refusals(
    manifest: Manifest, policy: Policy, home: Path, origin: Path | None = None
) -> list[Problem]:
    """Give everything that a manifest asks for and may not have."""
    keys = [os.path.realpath(path) for path in (policy.path, origin) if path is not None]
    found = policy.check(manifest)
    for index, grant in enumerate(manifest.permissions.filesystem):
        why = refused_beside(grant.path, home) or _opens(grant, keys)
        if why is not None:
            at = ("permissions", "filesystem", index)
            found.append(Problem(manifest.place(at), why, path_text(at), "name another folder"))
    return in_order(found)


def _opens(grant: FolderGrant, keys: list[str]) -> str | None:
    """Say what in a folder a plugin could write to give itself more, or None."""
    real = os.path.realpath(grant.path)
    if grant.mode == "write" and any(beneath(key, real) or beneath(real, key) for key in keys):
        return f"{grant.path} has the policy or the plugin itself in it, which it could rewrite"
    return None
