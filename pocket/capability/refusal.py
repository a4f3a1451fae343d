"""Why a host call was not done, as the plugin is told."""

from __future__ import annotations

from typing import Final

CODES: Final = (
    "permission-denied",
    "invalid-request",
    "unavailable",
    "quota-exceeded",
    "timeout",
    "too-large",
)
"""What the answer to a host call may give as the code of its error (docs/abi.md)."""


class Refusal(Exception):
    """A host call is not done; raised by capabilities, never seen by a caller of Pocket.

    Attributes:
        code: one of `CODES`.
        message: for the plugin's author; nothing in it is the operator's secret.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotReached(Refusal):
    """There is no connection, so nothing was sent: asking again repeats nothing."""
