"""A host call that is not granted or does not work out, as the plugin gets to see it."""

from __future__ import annotations

from typing import Final

CODES: Final = frozenset(
    {
        "permission-denied",
        "invalid-request",
        "unavailable",
        "quota-exceeded",
        "timeout",
        "too-large",
    }
)
"""Every code; `unavailable` is a failure on the way, where a retry may help."""


class Refusal(Exception):
    """The answer to a host call that fails; the plugin may handle it and go on."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
