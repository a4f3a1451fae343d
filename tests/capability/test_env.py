"""The environment that a plugin sees."""

from __future__ import annotations

import os

import pytest

from pocket.capability.env import MAX_BYTES, environ_for
from pocket.errors import InvalidInput
from pocket.plugin.permissions import Permissions


def test_a_plugin_sees_the_variables_that_it_names_and_no_other() -> None:
    environ = {"API_KEY": "k=1", "EMPTY": "", "SECRET": "s", "API_KEY_2": "t", "api_key": "u"}
    permissions = Permissions(env=("EMPTY", "MISSING", "API_KEY"))
    assert environ_for(permissions, environ) == [b"EMPTY=", b"API_KEY=k=1"]
    assert environ_for(Permissions(), environ) == []
    assert environ_for(Permissions(), os.environ) == []


def test_bytes_that_are_no_text_are_passed_on_as_they_are() -> None:
    environ = {"RAW": os.fsdecode(b"\xff\xfe")}
    assert environ_for(Permissions(env=("RAW",)), environ) == [b"RAW=\xff\xfe"]


def test_too_much_is_an_error_that_names_the_longest() -> None:
    permissions = Permissions(env=("A", "BIG", "C"))
    fits = {"A": "a" * 10, "BIG": "b" * (MAX_BYTES - 30), "C": "c"}
    size = sum(len(variable) + 1 for variable in environ_for(permissions, fits))
    assert size <= MAX_BYTES
    with pytest.raises(InvalidInput, match="64KB at most can be passed on") as raised:
        environ_for(permissions, fits | {"C": "c" * (MAX_BYTES - size + 2)})
    assert (raised.value.hint or "").startswith("shorten BIG, ")


def test_a_value_with_a_nul_is_refused() -> None:
    with pytest.raises(InvalidInput, match="A has a NUL in it"):
        environ_for(Permissions(env=("A",)), {"A": "a\0B=b"})
