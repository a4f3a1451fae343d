"""What the host's no becomes."""


class HostError(Exception):
    """The host refuses or fails.

    Attributes:
        code: `invalid-request`, `unavailable`, `quota-exceeded`, `timeout`, `too-large`, or
            `permission-denied`, as in docs/abi.md of Pocket.
        message: for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code + ": " + message)
        self.code = code
        self.message = message


class PermissionDenied(HostError):
    """The manifest does not ask for it, or not for this; the message names the permission."""

    def __init__(self, message: str) -> None:
        super().__init__("permission-denied", message)


def of(code: str, message: str) -> HostError:
    """Make the exception of a code."""
    return PermissionDenied(message) if code == "permission-denied" else HostError(code, message)
