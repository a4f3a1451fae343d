"""Stands in for the host's functions in CPython, for an author's own tests."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from traceback import format_exception
from typing import Any

from pocket_plugin._errors import HostError

_LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
_logger = logging.getLogger("pocket_plugin")

store: dict[str, Any] = {}
"""What the plugin has stored."""
answers: dict[str, Callable[[dict[str, Any]], Any]] = {}
"""What a test answers to a call, by its name: a function of the question."""


class Streams:
    """The streams of a call.

    Attributes:
        written: what the node has written so far.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._unread = b""
        self.written = bytearray()

    def read(self, most: int) -> bytes:
        """Give bytes of one chunk, as the host does."""
        self._unread = self._unread or next(filter(None, self._chunks), b"")
        given, self._unread = self._unread[:most], self._unread[most:]
        return given


streams: Streams | None = None
"""Those that a test gives."""


def read_stream(most: int) -> bytes | None:
    """Read what the test gives."""
    return None if streams is None else streams.read(most)


def write_stream(data: bytes | bytearray | memoryview) -> bool:
    """Keep what is written for the test."""
    if streams is None:
        return False
    streams.written += data
    return True


def log(level: int, line: str) -> None:
    """Log under the name `pocket_plugin`."""
    _logger.log(_LEVELS[level], line)


def traceback(error: BaseException) -> str:
    """Give an exception as Python prints it."""
    return "".join(format_exception(error))


def environ() -> list[str]:
    """Give the process's own environment."""
    return [name + "=" + value for name, value in os.environ.items()]


def ask(text: str) -> str:
    """Answer as the test says; the store works without it."""
    question = json.loads(text)
    answer = answers.get(question["call"]) or _STORE.get(question["call"])
    if answer is None:
        message = "a unit test has no host; say with testing.answering() what it answers"
        return _refusal(HostError("unavailable", message))
    try:
        return json.dumps({"ok": True, "value": answer(question)})
    except HostError as error:
        return _refusal(error)


def _refusal(error: HostError) -> str:
    return json.dumps({"ok": False, "error": {"code": error.code, "message": error.message}})


def _set(question: dict[str, Any]) -> None:
    store[question["key"]] = question["value"]


def _keys(question: dict[str, Any]) -> list[str]:
    found = [key for key in sorted(store) if key.startswith(question["prefix"])]
    return [key for key in found if key > question["after"]][: question["limit"]]


_STORE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "store.get": lambda question: store.get(question["key"]),
    "store.set": _set,
    "store.delete": lambda question: store.pop(question["key"], None) is not None,
    "store.keys": _keys,
}
