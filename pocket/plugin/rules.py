"""What a policy allows one plugin: limits, and lists of what is allowed and denied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from os.path import realpath
from typing import Any, Generic, NamedTuple, TypeVar

from pocket.errors import Place
from pocket.plugin import network_reach
from pocket.plugin.folder_grant import FolderGrant
from pocket.plugin.network_rule import NetworkRule

T = TypeVar("T")


class Placed(NamedTuple, Generic[T]):
    """A value of the policy, and where it stands there."""

    value: T
    place: Place


@dataclass(frozen=True, slots=True)
class Lists(Generic[T]):
    """What is allowed and what is denied of one kind; denials win.

    Attributes:
        allow: None allows everything.
        place: of what allows.
    """

    place: Place
    allow: tuple[T, ...] | None = None
    deny: tuple[Placed[T], ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What one plugin may ask for; what is missing holds nothing back.

    Attributes:
        limits: by the attribute of `Permissions` that each of them bounds.
        fuel_required: a manifest has to name its fuel.
    """

    limits: Mapping[str, Placed[float]] = field(default_factory=dict)
    fuel_required: Place | None = None
    network: Lists[NetworkRule] | None = None
    env: Lists[str] | None = None
    filesystem: Lists[FolderGrant] | None = None

    def overridden(self, by: Rules) -> Rules:
        """Give these rules with others before them, limit by limit and section by section."""
        fuel = "fuel" in by.limits or by.fuel_required
        limits = {name: limit for name, limit in self.limits.items() if name != "fuel" or not fuel}
        return replace(
            self,
            limits=limits | dict(by.limits),
            fuel_required=by.fuel_required if fuel else self.fuel_required,
            network=by.network or self.network,
            env=by.env or self.env,
            filesystem=by.filesystem or self.filesystem,
        )

    def refused_hosts(self, asked: Iterable[NetworkRule]) -> Iterator[tuple[int, str]]:
        """Give the index of each rule that is too much, and why."""
        return _refused(asked, self.network, network_reach.covered, network_reach.denied)

    def refused_variables(self, asked: Iterable[str]) -> Iterator[tuple[int, str]]:
        """Give the index of each variable that is not shown, and why."""
        return _refused(asked, self.env, matches_any, matches)

    def refused_folders(self, asked: Iterable[FolderGrant]) -> Iterator[tuple[int, str]]:
        """Give the index of each grant that is too much, and why."""
        return _refused(asked, self.filesystem, _inside, _never)


def matches(name: str, pattern: str) -> bool:
    """Say whether a name is the pattern, or begins with it where it ends in `*`."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    """Say whether a name matches one of the patterns."""
    return any(matches(name, pattern) for pattern in patterns)


def refusal(
    asked: T,
    lists: Lists[T] | None,
    within: Callable[[T, tuple[T, ...]], bool],
    meets: Callable[[T, T], bool],
) -> str | None:
    """Say why a thing is not granted, naming the place in the policy; None where it is."""
    if lists is None:
        return None
    for denial in lists.deny:
        if meets(asked, denial.value):
            return f"{asked} is denied by {denial.value} ({denial.place})"
    if lists.allow is None or within(asked, lists.allow):
        return None
    return f"{asked} is not among what is allowed ({lists.place})"


def _refused(
    asked: Iterable[T], lists: Lists[T] | None, within: Any, meets: Any
) -> Iterator[tuple[int, str]]:
    for index, thing in enumerate(asked):
        why = refusal(thing, lists, within, meets)
        if why is not None:
            yield index, why


def _inside(grant: FolderGrant, allowed: Iterable[FolderGrant]) -> bool:
    """Compare what the paths lead to: a link beneath an allowed folder may point anywhere."""
    real = replace(grant, path=realpath(grant.path))
    return any(replace(one, path=realpath(one.path)).covers(real) for one in allowed)


def _never(_: FolderGrant, __: FolderGrant) -> bool:
    return False
