"""Checking a document against a JSON Schema, with every violation at its place in the file.

A schema may give the keyword `x-hint`: what to write instead.

Nearly every document fits, which `jsonschema_rs` finds out in a fraction of the time that importing
`jsonschema` takes. That one is asked what exactly is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast

from pocket.document import JSON, Document, ValuePath, path_text
from pocket.errors import Problem, suggest

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema import ValidationError

_LONGEST_MESSAGE = 200
MOST_VIOLATIONS: Final = 100
"""More of them help nobody to mend a document."""
MOST_STEPS: Final = 50_000
"""Of explaining one document by a stranger's schema; each takes up to 30 us."""


def fits(value: JSON, schema: Mapping[str, JSON]) -> bool:
    """Say whether a value certainly fits a schema; False also where that cannot be told."""
    validator = _validator(schema)
    try:
        return validator is not None and validator.is_valid(value)
    except ValueError:
        return False


def is_schema(schema: Mapping[str, JSON]) -> bool:
    """Say whether this certainly is a schema; False also where that cannot be told."""
    return _validator(schema) is not None


def _validator(schema: Mapping[str, JSON]) -> jsonschema_rs.Validator | None:
    import jsonschema_rs

    try:
        return jsonschema_rs.Draft202012Validator(dict(schema), offline=True)
    except ValueError:
        return None


class _TooLong(Exception):
    """All steps were taken."""


def violations(value: JSON, schema: Mapping[str, JSON]) -> Iterator[str]:
    """Say what is wrong with a value by a stranger's schema, each with its path, one a line.

    At most `MOST_VIOLATIONS`, and those that are found in `MOST_STEPS`; the last line says so where
    there may be more.

    Args:
        value: any JSON.
        schema: that `pocket.plugin.schema.unsafe_schema` takes.
    """
    import jsonschema

    left = MOST_STEPS

    def counted(keyword: str, check: Callable[..., Any]) -> Callable[..., Any]:
        def check_counted(validator: object, wanted: object, found: object, whole: object) -> Any:
            nonlocal left
            left -= 1 + _size(wanted) + _size(found) ** (2 if keyword == "uniqueItems" else 1)
            if left < 0:
                raise _TooLong
            return check(validator, wanted, found, whole)

        return check_counted

    known = jsonschema.Draft202012Validator.VALIDATORS
    keywords = {keyword: counted(keyword, check) for keyword, check in known.items()}
    validator = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
        jsonschema.Draft202012Validator, keywords
    )
    try:
        for error in islice(validator(schema).iter_errors(value), MOST_VIOLATIONS):
            at = path_text(("config", *error.absolute_path))
            yield f"{at}: {error.message:.{_LONGEST_MESSAGE}}"
    except _TooLong:
        yield "config: what else is wrong takes too long to find"
    except RecursionError:
        yield "config: nested too deep to be checked"


def _size(value: object) -> int:
    return len(value) if isinstance(value, list | dict) else 0


def schema_problems(
    document: Document, schema: Mapping[str, JSON], *, at: Sequence[str | int] = ()
) -> list[Problem]:
    """Check the value at a path.

    Returns:
        Violations in the order of the file, at most `MOST_VIOLATIONS`; the innermost one where a
        choice failed.
    """
    value: Any = document.data
    for step in at:
        value = value[step]
    if fits(value, schema):
        return []
    import jsonschema

    errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
    problems = (problem for error in errors for problem in _problems(document, error, tuple(at)))
    found = islice(problems, MOST_VIOLATIONS)
    return sorted(found, key=lambda problem: (problem.place.line or 0, problem.place.column or 0))


def _problems(document: Document, error: ValidationError, at: ValuePath) -> Iterator[Problem]:
    path: ValuePath = (*at, *error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        yield from _unknown_keys(document, error, path)
        return
    inner = _inner(error)
    if inner is not None:
        yield from _problems(document, inner, at)
        return
    schema = cast("Mapping[str, Any]", error.schema)
    yield Problem(document.place(path), _said(error), path_text(path), schema.get("x-hint"))


def _unknown_keys(document: Document, error: ValidationError, path: ValuePath) -> Iterator[Problem]:
    known = list(cast("Mapping[str, Any]", error.schema).get("properties", {}))
    for name in sorted(set(cast("dict[str, object]", error.instance)) - set(known)):
        place = document.place((*path, name), key=True)
        hint = suggest(name, known) or f"known here: {', '.join(known)}"
        yield Problem(place, "unknown key", path_text((*path, name)), hint)


def _inner(error: ValidationError) -> ValidationError | None:
    """Give the error that a failed choice most likely is about."""
    import jsonschema

    if not error.context:
        return None
    best = jsonschema.exceptions.best_match(error.context)
    return None if best is None or best.absolute_path == error.absolute_path else best


def _shown(value: object) -> str:
    return "null" if value is None else f"{value!r:.80}"


def _said(error: ValidationError) -> str:
    match error.validator:
        case "required":
            return error.message.replace("is a required property", "is missing")
        case "enum":
            known = cast("list[object]", error.validator_value)
            return f"{error.instance!r:.80} is none of {', '.join(map(str, known))}"
        case "type":
            kinds = error.validator_value
            wanted = " or ".join(kinds) if isinstance(kinds, list) else kinds
            return f"{_shown(error.instance)} is not of type {wanted}"
        case "pattern":
            return f"{error.instance!r:.80} has not the form that is wanted here"
        case "maxItems":
            given = len(cast("list[object]", error.instance))
            return f"{given} items are too many, at most {error.validator_value} are allowed"
        case _:
            # What is wrong stands behind the value, which may be long.
            value = f"{error.instance!r}"
            message: str = error.message.replace(value, f"{value:.80}", 1)
            return f"{message:.{_LONGEST_MESSAGE}}"
