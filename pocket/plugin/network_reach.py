"""Comparing network rules: whether one stays within others, and whether two of them meet."""

from __future__ import annotations

from collections.abc import Iterable

from pocket.plugin.network_rule import DEFAULT_PORTS, NetworkRule


def covered(rule: NetworkRule, allowed: Iterable[NetworkRule]) -> bool:
    """Say whether everything that a rule allows is allowed by the others, taken together."""
    others = list(allowed)
    return all(
        any(_covers(other, rule, scheme, port) for other in others) for scheme, port in _ways(rule)
    )


def denied(rule: NetworkRule, denial: NetworkRule) -> bool:
    """Say whether a rule allows anything that a denial names.

    A denial without a scheme or port means every scheme or port.
    """
    ways = _ways(rule)
    return _hosts_meet(rule, denial) and any(
        denial.scheme in {None, scheme} and denial.port in {None, port} for scheme, port in ways
    )


def _ways(rule: NetworkRule) -> list[tuple[str, int]]:
    schemes = [rule.scheme] if rule.scheme else list(DEFAULT_PORTS)
    return [(scheme, rule.port or DEFAULT_PORTS[scheme]) for scheme in schemes]


def _covers(other: NetworkRule, rule: NetworkRule, scheme: str, port: int) -> bool:
    if not rule.suffix:
        return other.allows(scheme, rule.host, port)
    # What allows a name below the suffix, and is a suffix itself, allows all of them.
    return other.suffix and other.allows(scheme, f"a.{rule.host}", port)


def _hosts_meet(one: NetworkRule, two: NetworkRule) -> bool:
    if one.suffix and two.suffix:
        return _below(one.host, two.host) or _below(two.host, one.host)
    if one.suffix or two.suffix:
        suffix, name = (one, two) if one.suffix else (two, one)
        return name.host != suffix.host and _below(name.host, suffix.host)
    return one.host == two.host


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
