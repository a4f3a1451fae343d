"""What a plugin may use, as its manifest asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pocket.units import format_bytes, format_duration

MIN_MEMORY_BYTES: Final = 64 << 10
"""One page of WebAssembly."""
MAX_MEMORY_BYTES: Final = 4 << 30
"""All that 32-bit WebAssembly can address."""
MIN_TIME_S: Final = 0.001
MAX_TIME_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Permissions:
    """Limits and grants; what a manifest does not name has the default here.

    Attributes:
        memory_bytes: linear memory of the plugin.
        cpu_s: CPU time of one call.
        timeout_s: time of one call by the clock on the wall.
        fuel: instructions of one call; None leaves them uncounted.
        network: hosts it may ask, by name or `*.suffix`.
        env: environment variables it may read.
        filesystem: `read:/path` or `write:/path`.
    """

    memory_bytes: int = 100 << 20
    cpu_s: float = 1.0
    timeout_s: float = 5.0
    fuel: int | None = None
    network: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    filesystem: tuple[str, ...] = ()

    def in_words(self) -> list[str]:
        """Say what the plugin may use, one thing a line."""
        lines = [
            f"memory: {format_bytes(self.memory_bytes)}",
            f"CPU: {format_duration(self.cpu_s)} a call",
            f"time: {format_duration(self.timeout_s)} a call",
        ]
        lines += [f"network: {host}" for host in self.network]
        lines += [f"environment variable: {name}" for name in self.env]
        lines += [f"files: {grant}" for grant in self.filesystem]
        return lines
