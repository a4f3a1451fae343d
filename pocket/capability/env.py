"""The environment that a plugin sees: the variables that its manifest names, and no other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from pocket.errors import InvalidInput
from pocket.plugin.permissions import Permissions
from pocket.units import format_bytes

MAX_BYTES: Final = 64 << 10
"""All of them together; the start message carries them, and keys and URLs are a hundredth of it."""


def environ_for(permissions: Permissions, environ: Mapping[str, str]) -> list[bytes]:
    """Give the named variables that exist, as `NAME=value`, in the order of the manifest.

    Raises:
        InvalidInput: they are too large, or one cannot be passed on.
    """
    variables = [
        (name, _variable(name, environ[name])) for name in permissions.env if name in environ
    ]
    # Each ends in a NUL where the guest reads it.
    total = sum(len(variable) + 1 for _, variable in variables)
    if total > MAX_BYTES:
        largest = max(variables, key=lambda pair: len(pair[1]))[0]
        raise InvalidInput(
            f"the environment variables that the plugin sees have {total} bytes together, "
            f"{format_bytes(MAX_BYTES)} at most can be passed on",
            hint=f"shorten {largest}, the longest of them, or take it out of permissions.env",
        )
    return [variable for _, variable in variables]


def _variable(name: str, value: str) -> bytes:
    if "\0" in value:
        raise InvalidInput(f"the environment variable {name} has a NUL in it")
    return os.fsencode(f"{name}={value}")
