"""What a plugin keeps from call to call; wants `permissions.store` in the manifest."""

from pocket_plugin._host import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def get(key: str) -> "Any":
    """Give the value of a key, or None where there is none.

    Raises:
        PermissionDenied: the manifest does not ask for the store.
        HostError: it cannot be had now.
    """
    return ask("store.get", key=key)


def set(key: str, value: object) -> None:
    """Put a value, anything that JSON can say, in place of any that is there.

    Raises:
        PermissionDenied: the manifest does not ask for the store.
        HostError: the store is full, say.
    """
    ask("store.set", key=key, value=value)


def delete(key: str) -> bool:
    """Delete a key, and tell whether it was there.

    Raises:
        PermissionDenied: the manifest does not ask for the store.
        HostError: it cannot be had now.
    """
    return bool(ask("store.delete", key=key))


def keys(prefix: str = "", after: str = "", limit: int = 1000) -> "list[str]":
    """List at most `limit` keys, in the order of their bytes.

    Args:
        prefix: what they begin with.
        after: the key behind which the list begins.
        limit: 1,000 at most.

    Raises:
        PermissionDenied: the manifest does not ask for the store.
        HostError: it cannot be had now.
    """
    return [str(key) for key in ask("store.keys", prefix=prefix, after=after, limit=limit)]
