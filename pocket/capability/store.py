"""`store.*`: what a plugin keeps from call to call."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar, cast

import orjson

from pocket.capability.refusal import Refusal
from pocket.capability.store_file import StoreFile, StoreFull
from pocket.document import JSON
from pocket.units import format_bytes

T = TypeVar("T")

FILE_NAME: Final = "store.sqlite3"
MAX_KEY_BYTES: Final = 512
"""A key is a name, not a document; long keys would make every page of the index shallow."""
DEFAULT_KEYS: Final = 100
"""Keys of an answer where the plugin names no limit."""
MAX_KEYS: Final = 1000
"""Keys of one answer: half a megabyte at the longest."""

_FIELDS: Final = {
    "store.get": {"key"},
    "store.set": {"key", "value"},
    "store.delete": {"key"},
    "store.keys": {"prefix", "limit", "after"},
}
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_log = logging.getLogger("pocket.store")


class KeyValueStore:
    """The data of one plugin; any number of threads and processes may share the file.

    Args:
        folder: made, with mode 0700, when the plugin first uses its store.
        quota_bytes: most that keys and values may have together; 0 refuses everything.
    """

    def __init__(self, folder: Path, quota_bytes: int) -> None:
        self.path = folder / FILE_NAME
        self.quota_bytes = quota_bytes
        self._complained = False
        self._begin()

    def answer(self, call: str, request: Mapping[str, JSON], deadline: float) -> JSON:
        """Do what a plugin asks for.

        Args:
            call: `store.get`, `store.set`, `store.delete` or `store.keys`.
            request: as the plugin wrote it.
            deadline: when the call has to be over, by `time.monotonic`.

        Raises:
            Refusal: it is not permitted, makes no sense, or cannot be done.
        """
        if not self.quota_bytes:
            raise Refusal("permission-denied", "the manifest asks for no permissions.store")
        _check_fields(call, request)
        if call == "store.keys":
            prefix, after, limit = _page(request)
            return list(self._in_time(lambda file: file.keys(prefix, after, limit), deadline))
        key = _key(request)
        if call == "store.get":
            return self._in_time(lambda file: _decoded(file.get(key)), deadline)
        if call == "store.delete":
            return self._in_time(lambda file: file.delete(key), deadline)
        value = _encoded(request)
        return self._in_time(lambda file: file.set(key, value), deadline)

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        if self._process == os.getpid():
            with self._lock:
                self._close()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._file: StoreFile | None = None

    def _in_time(self, work: Callable[[StoreFile], T], deadline: float) -> T:
        if self._process != os.getpid():
            # After a fork, the open file and whoever holds the lock are the parent's.
            _of_parents.append(self._file)
            self._begin()
        if not self._lock.acquire(timeout=max(0.0, deadline - monotonic())):
            raise _too_late()
        try:
            return self._guarded(work, deadline)
        finally:
            self._lock.release()

    def _guarded(self, work: Callable[[StoreFile], T], deadline: float) -> T:
        try:
            if self._file is None:
                self._file = StoreFile(self.path, self.quota_bytes, deadline)
            self._file.wait_until(deadline)
            result = work(self._file)
        except StoreFull:
            raise self._full() from None
        except (sqlite3.Error, OSError, ValueError, MemoryError) as error:
            raise self._refusal(error) from None
        self._complained = False
        return result

    def _full(self) -> Refusal:
        quota = format_bytes(self.quota_bytes)
        return Refusal("quota-exceeded", f"the plugin may keep {quota}, keys and values together")

    def _refusal(self, error: Exception) -> Refusal:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _BUSY:
            return _too_late()
        if code == sqlite3.SQLITE_FULL:
            return self._full()
        self._close()
        if not self._complained:
            self._complained = True
            _log.error("%s: the data of a plugin cannot be used: %s", self.path, error)
        return Refusal("unavailable", "the plugin's data cannot be read or written")

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


_of_parents: Final[list[StoreFile | None]] = []
"""Files that a parent process has open, kept: closing one here would touch what the parent uses."""


def _too_late() -> Refusal:
    return Refusal("timeout", "the store was busy until the time of the call was over")


def _check_fields(call: str, request: Mapping[str, JSON]) -> None:
    known = _FIELDS.get(call)
    if known is None:
        raise Refusal("invalid-request", f"no call {call!r:.80}; there is {', '.join(_FIELDS)}")
    unknown = sorted(set(request) - known - {"call"})
    if unknown:
        raise Refusal("invalid-request", f"{call} has no {unknown[0]!r:.80}")


def _key(request: Mapping[str, JSON]) -> bytes:
    key = _text(request.get("key"), "key")
    if not key:
        raise Refusal("invalid-request", "key is empty")
    return key


def _text(value: JSON, name: str) -> bytes:
    if not isinstance(value, str):
        raise Refusal("invalid-request", f"{name} is not a text")
    try:
        text = value.encode()
    except UnicodeEncodeError:
        raise Refusal("invalid-request", f"{name} is not Unicode") from None
    if len(text) > MAX_KEY_BYTES:
        raise Refusal("too-large", f"{name} has more than {MAX_KEY_BYTES} bytes")
    return text


def _page(request: Mapping[str, JSON]) -> tuple[bytes, bytes, int]:
    limit = request.get("limit", DEFAULT_KEYS)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_KEYS:
        raise Refusal("invalid-request", f"limit is not a whole number from 1 to {MAX_KEYS}")
    prefix = _text(request.get("prefix", ""), "prefix")
    return prefix, _text(request.get("after", ""), "after"), limit


def _encoded(request: Mapping[str, JSON]) -> bytes:
    if "value" not in request:
        raise Refusal("invalid-request", "value is missing")
    try:
        return orjson.dumps(request["value"])
    except TypeError as error:
        raise Refusal("invalid-request", f"value cannot be kept: {error}") from None


def _decoded(value: bytes | None) -> JSON:
    return None if value is None else cast("JSON", orjson.loads(value))
