"""The SQLite file of a store: keys and values as bytes, within a quota."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

_PAGE_BYTES: Final = 4096
_SLACK: Final = 4
"""Pages for each page of quota: short entries take several times their own bytes."""
_FIRST_PAGES: Final = 64
"""Room for the tables of an empty store, and to delete from a full one."""
_LOG_PAGES: Final = 256
"""The log beside the file is folded into it at 1 MB."""
_BUSY_AGAIN_S: Final = 0.002
"""SQLite does not wait by itself where a new file is turned to a write-ahead log."""

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS total (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER)",
    """INSERT OR IGNORE INTO total
    SELECT 1, coalesce(sum(length(key) + length(value)), 0) FROM entry
    WHERE NOT EXISTS (SELECT 1 FROM total)""",
)
_GET: Final = "SELECT value FROM entry WHERE key = ?"
_KEYS: Final = """
SELECT key FROM entry WHERE key >= ? AND key > ? AND (? OR key < ?)
ORDER BY key LIMIT ?
"""
_SIZE: Final = "SELECT length(key) + length(value) FROM entry WHERE key = ?"


class StoreFull(Exception):
    """The quota does not allow it."""


class StoreFile:
    """One open connection; for one thread at a time, and never across a fork.

    Args:
        path: made with its folders, with mode 0700, where it is missing.
        quota_bytes: most that keys and values may have together.
        deadline: when it has to be open, by `time.monotonic`.

    Raises:
        sqlite3.Error, OSError: it cannot be opened; so does every method.
    """

    def __init__(self, path: Path, quota_bytes: int, deadline: float) -> None:
        self.quota_bytes = quota_bytes
        _make_private(path.parent)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self.wait_until(deadline)
            self._prepare(deadline)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; safe to repeat."""
        with suppress(sqlite3.Error):
            self._db.close()

    def wait_until(self, deadline: float) -> None:
        """Let other threads and processes finish until then."""
        wait_ms = max(1, int((deadline - monotonic()) * 1000))
        self._db.execute(f"PRAGMA busy_timeout = {wait_ms}")

    def get(self, key: bytes) -> bytes | None:
        """Give a value, or None."""
        row = self._db.execute(_GET, (key,)).fetchone()
        return None if row is None else row[0]

    def set(self, key: bytes, value: bytes) -> None:
        """Put a value in place of any that is there.

        Raises:
            StoreFull: the quota does not allow it; nothing was changed.
        """
        with self._transaction():
            before = self._total()
            after = before - self._size(key) + len(key) + len(value)
            # Where a new version has less quota, what makes the store smaller is still taken.
            if after > self.quota_bytes and after > before:
                raise StoreFull
            self._db.execute("INSERT OR REPLACE INTO entry VALUES (?, ?)", (key, value))
            self._db.execute("UPDATE total SET bytes = ?", (after,))

    def delete(self, key: bytes) -> bool:
        """Delete a key; gives whether it was there."""
        with self._transaction():
            after = self._total() - self._size(key)
            self._db.execute("UPDATE total SET bytes = ?", (after,))
            return self._db.execute("DELETE FROM entry WHERE key = ?", (key,)).rowcount > 0

    def keys(self, prefix: bytes, after: bytes, limit: int) -> list[str]:
        """Give keys that begin with a prefix and come after a key, in the order of their bytes."""
        end = prefix[:-1] + bytes((prefix[-1] + 1,)) if prefix else b""
        rows = self._db.execute(_KEYS, (prefix, after, not prefix, end, limit))
        return [key.decode() for (key,) in rows]

    def _prepare(self, deadline: float) -> None:
        pages = self.quota_bytes // _PAGE_BYTES * _SLACK + _FIRST_PAGES
        self._db.execute("PRAGMA trusted_schema = OFF")
        self._db.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        self._turn_to_log(deadline)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        self._db.execute(f"PRAGMA journal_size_limit = {_LOG_PAGES * _PAGE_BYTES}")
        self._db.execute(f"PRAGMA max_page_count = {pages}")
        with self._transaction():
            for statement in _TABLES:
                self._db.execute(statement)

    def _turn_to_log(self, deadline: float) -> None:
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                    raise
                sleep(_BUSY_AGAIN_S)
            else:
                return

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _total(self) -> int:
        row = self._db.execute("SELECT bytes FROM total WHERE one = 1").fetchone()
        return _count(row)

    def _size(self, key: bytes) -> int:
        row = self._db.execute(_SIZE, (key,)).fetchone()
        return 0 if row is None else _count(row)


def _count(row: tuple[object] | None) -> int:
    if row is None or not isinstance(row[0], int) or not 0 <= row[0] < 1 << 62:
        raise sqlite3.DatabaseError("the count of bytes is damaged")
    return row[0]


def _make_private(folder: Path) -> None:
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
