"""What a plugin may use, as its manifest asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pocket.document import JSON
from pocket.plugin.folder_grant import MODE_BITS, FolderGrant, modes_by_folder
from pocket.plugin.host_name import parse_address
from pocket.plugin.network_rule import NetworkRule
from pocket.units import format_bytes, format_duration

MIN_MEMORY_BYTES: Final = 64 << 10
"""One page of WebAssembly."""
MAX_MEMORY_BYTES: Final = 4 << 30
"""All that 32-bit WebAssembly can address."""
MIN_TIME_S: Final = 0.001
"""CPU time and timeout: what the kernel's timers hold to."""
MAX_TIME_S: Final = 3600.0
"""The same: what takes longer is a job, not a call."""
MIN_DISK_BYTES: Final = 4 << 10
"""One block of a file system."""
MAX_DISK_BYTES: Final = 1 << 40
"""More than a disk has to spare; it keeps sums of sizes within 64 bits."""
MIN_STORE_BYTES: Final = 1 << 10
"""Room for the longest key and a value."""
MAX_STORE_BYTES: Final = 1 << 30
"""A plugin with more than this wants a folder."""

_READS, _WRITES = MODE_BITS["read"], MODE_BITS["write"]
_USES: Final = {_READS: "read", _WRITES: "write", _READS | _WRITES: "read and write"}


@dataclass(frozen=True, slots=True)
class Permissions:
    """Limits and grants; what a manifest does not name has the default here.

    Attributes:
        memory_bytes: linear memory of the plugin.
        cpu_s: CPU time of one call.
        timeout_s: time of one call by the clock on the wall.
        fuel: instructions of one call; None means that they are not counted.
        network: hosts it may ask.
        env: environment variables it may read.
        filesystem: folders it may read or write.
        disk_bytes: most that it may write to those folders.
        store_bytes: most that it may keep in a store of its own; 0 means that it has none.
    """

    memory_bytes: int = 100 << 20
    cpu_s: float = 1.0
    timeout_s: float = 5.0
    fuel: int | None = None
    network: tuple[NetworkRule, ...] = ()
    env: tuple[str, ...] = ()
    filesystem: tuple[FolderGrant, ...] = ()
    disk_bytes: int = 64 << 20
    store_bytes: int = 0

    @property
    def writes(self) -> bool:
        """Whether it may write to any folder."""
        return any(grant.mode == "write" for grant in self.filesystem)

    def in_words(self) -> list[str]:
        """Say what the plugin may use, one thing a line."""
        return [*self.limits_in_words(), *self.grants_in_words()]

    def limits_in_words(self) -> list[str]:
        """Say how much of the machine the plugin may use to compute."""
        lines = [
            f"may use up to {format_bytes(self.memory_bytes)} of memory",
            f"may use up to {format_duration(self.cpu_s)} of CPU time in a call",
            f"may take up to {format_duration(self.timeout_s)} for a call",
        ]
        if self.fuel is not None:
            lines.append(f"may execute up to {self.fuel:,} instructions in a call")
        return lines

    def grants_in_words(self) -> list[str]:
        """Say what of the world the plugin may touch: all that a person has to consent to."""
        lines = [f"may connect to {_hosts_in_words(rule)}" for rule in self.network]
        lines += self._folders_in_words()
        lines += [f"sees the environment variable {name}" for name in self.env]
        if self.store_bytes:
            lines.append(f"keeps up to {format_bytes(self.store_bytes)} of its own data")
        return lines

    def _folders_in_words(self) -> Iterator[str]:
        modes = modes_by_folder(self.filesystem)
        together = " in all" if sum(bool(mode & _WRITES) for mode in modes.values()) > 1 else ""
        quota = f", up to {format_bytes(self.disk_bytes)}{together}"
        for path, mode in modes.items():
            yield f"may {_USES[mode]} files beneath {path}{quota if mode & _WRITES else ''}"

    def to_json(self) -> dict[str, JSON]:
        """Give every field as JSON has it."""
        return {
            "memory_bytes": self.memory_bytes,
            "cpu_s": self.cpu_s,
            "timeout_s": self.timeout_s,
            "fuel": self.fuel,
            "network": [str(rule) for rule in self.network],
            "env": list(self.env),
            "filesystem": [str(grant) for grant in self.filesystem],
            "disk_bytes": self.disk_bytes,
            "store_bytes": self.store_bytes,
        }


def _hosts_in_words(rule: NetworkRule) -> str:
    hosts = f"any host below {rule.host}" if rule.suffix else rule.host
    port = f" at port {rule.port}" if rule.port else ""
    address = parse_address(rule.host)
    private = ", a private address," if address and not address.is_global else ""
    return f"{hosts}{port}{private} by {rule.scheme or 'https or http'}"
