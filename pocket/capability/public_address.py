"""Which addresses belong to the public internet, and so to nobody's own network.

Python's `is_global` changes with its version; these tables do not. Sources: IANA's registries of
special-purpose addresses for IPv4 and IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Final

from pocket.plugin.host_name import IPAddress

_REFUSED_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a carrier's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # metadata of every virtual machine in Azure, at a public address
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Leaves out loopback, link-local, unique and site local, multicast, v4-mapped, v4-compatible
# and NAT64: they are all outside of it.
_UNICAST_6: Final = IPv6Network("2000::/3")
_REFUSED_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
# ISATAP carries an IPv4 address behind this, with or without the bit that says it is public.
_ISATAP: Final = 0x00005EFE
_ISATAP_MASK: Final = 0xFDFFFFFF


def is_public(address: IPAddress) -> bool:
    """Say whether an address is unicast, global, and carries no address of another kind."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    if address.scope_id is not None or address not in _UNICAST_6:
        return False
    if int(address) >> 32 & _ISATAP_MASK == _ISATAP:
        return False
    return not any(address in network for network in _REFUSED_6)
