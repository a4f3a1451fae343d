"""policy.yaml, read into rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pocket.document import JSON, ValuePath
from pocket.errors import Place
from pocket.plugin.folder_grant import FolderGrant, plain_path
from pocket.plugin.measure import MEASURES
from pocket.plugin.network_rule import NetworkRule
from pocket.plugin.reader import Reader
from pocket.plugin.rules import Lists, Placed, Rules
from pocket.schema import schema_problems

T = TypeVar("T")

_VARIABLES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?|\*", re.ASCII)
_PLUGINS = re.compile(r"[a-z0-9][a-z0-9-]*\*?|\*", re.ASCII)
_REQUIRED: Final = "required"


@cache
def policy_schema() -> dict[str, Any]:
    """Give the JSON Schema of a policy."""
    text = Path(__file__).with_name("policy.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


class PolicyReader(Reader):
    """Gives the rules of one document."""

    def read(self) -> tuple[Rules, Lists[str] | None, dict[str, Rules]]:
        """Give what holds for all, which plugins are loaded, and what is different for some."""
        self.problems += schema_problems(self.document, policy_schema())
        data = self.document.data if isinstance(self.document.data, dict) else {}
        at: ValuePath = ("plugins", "overrides")
        named = _mapping(_mapping(data, "plugins"), "overrides")
        overrides = {name: self._rules(_mapping(named, name), (*at, name)) for name in named}
        return self._rules(data, ()), self._lists(data, ("plugins",), _plugin_name), overrides

    def exec_refused(self) -> Place | None:
        """Give the place that forbids workflows to run commands."""
        data = self.document.data if isinstance(self.document.data, dict) else {}
        none = _mapping(data, "workflow").get("exec") == "none"
        return self.document.place(("workflow", "exec")) if none else None

    def _rules(self, section: Mapping[str, JSON], at: ValuePath) -> Rules:
        limits = _mapping(section, "limits")
        fuel_at: ValuePath = (*at, "limits", "fuel")
        required = limits.get("fuel") == _REQUIRED
        return Rules(
            limits=self._limits(limits, (*at, "limits")),
            fuel_required=self.document.place(fuel_at) if required else None,
            network=self._lists(section, (*at, "network"), NetworkRule.parse),
            env=self._lists(section, (*at, "env"), _variable_names),
            filesystem=self._folders(section, (*at, "filesystem")),
        )

    def _limits(self, section: Mapping[str, JSON], at: ValuePath) -> dict[str, Placed[float]]:
        found: dict[str, Placed[float]] = {}
        for measure in MEASURES:
            value = self.measure(section, at, measure)
            if value is not None:
                found[measure.field] = Placed(value, self.document.place((*at, measure.name)))
        fuel = section.get("fuel")
        if isinstance(fuel, int | float):
            found["fuel"] = Placed(int(fuel), self.document.place((*at, "fuel")))
        return found

    def _lists(
        self, parent: Mapping[str, JSON], at: ValuePath, parse: Callable[[str], T]
    ) -> Lists[T] | None:
        section = parent.get(cast("str", at[-1]))
        if section == "none":
            return Lists(self.document.place(at), allow=())
        if not isinstance(section, dict):
            return None
        allow = self.items((*at, "allow"), section.get("allow"), parse)
        deny = self.items((*at, "deny"), section.get("deny"), parse)
        return Lists(
            self.document.place((*at, "allow")),
            tuple(allow.values()) if "allow" in section else None,
            tuple(
                Placed(value, self.document.place((*at, "deny", index)))
                for index, value in deny.items()
            ),
        )

    def _folders(self, parent: Mapping[str, JSON], at: ValuePath) -> Lists[FolderGrant] | None:
        section = parent.get("filesystem")
        if section == "none":
            return Lists(self.document.place(at), allow=())
        if not isinstance(section, dict):
            return None
        allowed: list[FolderGrant] = []
        for mode in ("read", "write"):
            paths = self.items((*at, mode), section.get(mode), plain_path)
            allowed += [FolderGrant(mode, path) for path in paths.values()]
        return Lists(self.document.place(at), tuple(allowed))


def _mapping(parent: Mapping[str, JSON], name: str) -> Mapping[str, JSON]:
    section = parent.get(name)
    return section if isinstance(section, dict) else {}


def _variable_names(text: str) -> str:
    if not _VARIABLES.fullmatch(text):
        raise ValueError(
            f"{text!r:.80} is not a name of variables; write it like API_KEY or ACME_*"
        )
    return text


def _plugin_name(text: str) -> str:
    if not _PLUGINS.fullmatch(text):
        raise ValueError(f"{text!r:.80} is not a name of plugins; write it like acme-*")
    return text
