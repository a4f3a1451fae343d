"""Values that nobody should read in a message: each shows as the name of its variable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar
from urllib.parse import quote, quote_plus

from pocket.document import JSON
from pocket.errors import CallError, PocketError

MIN_SECRET_CHARS: Final = 4
"""Shorter values are switches and small numbers, which every message has some of."""

E = TypeVar("E", bound=PocketError)


class Mask:
    """Hides the values of variables, also as JSON, Python and URLs write them.

    Args:
        variables: values by name.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._names = {
            form: f"${{{name}}}"
            for name, value in variables.items()
            for form in _forms(value)
            if len(form) >= MIN_SECRET_CHARS
        }
        # The longest first: one secret may begin another.
        forms = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, forms))) if forms else None

    def text(self, text: str) -> str:
        """Give a text with `${NAME}` in the place of each value."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: self._names[match[0]], text)

    def json(self, value: JSON) -> JSON:
        """Give a value with all texts in it masked, keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.json(item) for key, item in value.items()}
        return value

    def error(self, error: E) -> E:
        """Mask all that an error says, and forget the errors that led to it."""
        if self._pattern is None:
            return error
        error.message = self.text(error.message)
        error.args = (error.message,)
        error.hint = None if error.hint is None else self.text(error.hint)
        if isinstance(error, CallError) and error.detail is not None:
            error.detail = self.text(error.detail)
        error.__cause__ = error.__context__ = None
        return error

    @contextmanager
    def worn(self) -> Iterator[None]:
        """Mask whatever `masked` and `masked_error` are given inside."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


NO_MASK: Final = Mask({})
_current: ContextVar[Mask] = ContextVar("pocket_mask", default=NO_MASK)


def masked(text: str) -> str:
    """Give a text as the run that goes on may show it."""
    return _current.get().text(text)


def masked_error(error: E) -> E:
    """Make an error one that the run that goes on may show."""
    return _current.get().error(error)


def _forms(value: str) -> set[str]:
    return {
        value,
        value.strip(),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
    }
