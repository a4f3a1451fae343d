"""JSON Schema over values that may be hostile: nothing is fetched, and nothing takes for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from itertools import islice
from typing import Any, Final, cast

import jsonschema
import orjson
from gotpl.funcs.sprig.regex import must_regex_match
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from pocket.document import JSON, path_text
from pocket.errors import InvalidInput, NodeError
from pocket.workflow.numbers import plain

_MATCHED_CHARS: Final = 300_000
"""Characters that the patterns of one check may look at; the engine takes about 10 us for one."""

_DATA: Final = frozenset({"const", "default", "enum", "examples"})
"""Keywords whose values are no schemas, whatever they look like."""


class SchemaCheck:
    """A schema that is ready to check values."""

    def __init__(self, schema: JSON) -> None:
        """Check the schema itself.

        Raises:
            InvalidInput: it is no schema, or asks for what is not done here.
        """
        if not isinstance(schema, dict | bool):
            raise InvalidInput("a JSON Schema is an object or a boolean")
        try:
            Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            at = path_text([*error.absolute_path])
            said = f"{at}: {error.message}" if at else error.message
            raise InvalidInput(f"not a JSON Schema: {said:.200}") from None
        _refuse_unsafe(schema)
        self._schema = schema

    def errors(self, value: JSON, at_most: int) -> list[ValidationError]:
        """Give what is wrong with a value.

        Raises:
            NodeError: the check cannot be finished.
        """
        token = _left.set([_MATCHED_CHARS])
        try:
            validator = _Validator(self._schema, registry=_NOTHING_ELSE)
            return list(islice(validator.iter_errors(value), at_most))
        except (RecursionError, orjson.JSONEncodeError):
            raise NodeError("the input or the schema is nested too deep to be checked") from None
        finally:
            _left.reset(token)


_NOTHING_ELSE: Registry[Any] = Registry()
"""Knows no schema but the one in hand, so that no reference asks the network."""

_left: ContextVar[list[int]] = ContextVar("pocket_matched_chars")
"""How many characters the patterns of the check that is under way may still look at."""


def _matches(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    if not isinstance(value, str):
        return
    left = _left.get()
    left[0] -= len(value)
    if left[0] < 0:
        raise NodeError(f"the patterns of a schema look at most at {_MATCHED_CHARS} characters")
    if not must_regex_match(pattern, value).value:
        yield ValidationError(f"{value!r:.80} does not match {pattern!r}")


def _unique(_: Any, wanted: bool, value: Any, __: Any) -> Iterator[ValidationError]:  # noqa: FBT001
    """Do in one pass what jsonschema does for every pair."""
    if wanted and isinstance(value, list):
        written = {orjson.dumps(plain(item), option=orjson.OPT_SORT_KEYS) for item in value}
        if len(written) < len(value):
            yield ValidationError("has items that are the same")


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _matches, "uniqueItems": _unique}
)


def _refuse_unsafe(schema: JSON) -> None:
    resolver = _NOTHING_ELSE.with_resource("", DRAFT202012.create_resource(schema)).resolver()
    for keyword, value in _keywords(schema):
        if keyword == "patternProperties":
            raise InvalidInput("patternProperties is not taken; use propertyNames and pattern")
        if keyword in {"$id", "$anchor", "$dynamicAnchor", "$dynamicRef"}:
            raise InvalidInput(f"{keyword} is not taken; refer by '$ref: \"#/$defs/...\"'")
        if keyword == "pattern":
            _check_pattern(value)
        elif keyword == "$ref":
            try:
                if not value.startswith("#"):
                    raise InvalidInput(f"$ref {value!r}: no other document is read")
                resolver.lookup(value)
            except Unresolvable:
                raise InvalidInput(f"$ref {value!r} leads to nothing") from None


def _check_pattern(pattern: str) -> None:
    error = must_regex_match(pattern, "").error
    if error is not None:
        raise InvalidInput(f"pattern {pattern!r} is no regular expression of Go: {error}")


def _keywords(schema: JSON) -> Iterator[tuple[str, str]]:
    """Give the keywords whose value is a text, and patternProperties, wherever they stand."""
    waiting: list[JSON] = [schema]
    while waiting:
        current = waiting.pop()
        if isinstance(current, list):
            waiting += current
        elif isinstance(current, dict):
            for keyword, value in current.items():
                if isinstance(value, str) or keyword == "patternProperties":
                    yield keyword, cast("str", value)
                elif keyword not in _DATA:
                    waiting.append(value)
