"""The section `permissions` of a manifest, read into values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pocket.document import JSON, ValuePath
from pocket.plugin.folder_grant import FolderGrant
from pocket.plugin.measure import MEASURES
from pocket.plugin.network_rule import NetworkRule
from pocket.plugin.permissions import Permissions
from pocket.plugin.reader import Reader

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_AT: ValuePath = ("permissions",)


def read_permissions(reader: Reader, section: Mapping[str, JSON]) -> Permissions:
    """Give what a manifest asks for, with defaults where it asks for nothing or for nonsense."""
    chosen: dict[str, Any] = {
        measure.field: value
        for measure in MEASURES
        if (value := reader.measure(section, _AT, measure)) is not None
    }
    fuel = section.get("fuel")
    if isinstance(fuel, int | float):
        chosen["fuel"] = int(fuel)
    chosen["network"] = _listed(reader, section, "network", NetworkRule.parse)
    chosen["env"] = _listed(reader, section, "env", variable_name)
    chosen["filesystem"] = _listed(reader, section, "filesystem", FolderGrant.parse)
    return Permissions(**chosen)


def variable_name(text: str) -> str:
    """Check the name of an environment variable.

    Raises:
        ValueError: it is none; what to do stands after "; ".
    """
    if not _VARIABLE.fullmatch(text):
        raise ValueError(f"{text!r:.80} is not the name of a variable; write it like API_KEY")
    return text


def _listed(reader: Reader, section: Mapping[str, JSON], name: str, parse: Any) -> tuple[Any, ...]:
    return tuple(reader.items((*_AT, name), section.get(name), parse).values())
