"""Texts with `{{...}}` in them, compiled once. The syntax is that of Go's text/template."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from pocket.document import JSON
from pocket.errors import NodeError
from pocket.workflow.numbers import plain
from pocket.workflow.scope import MAX_RENDER_S, Scope, current_scope

if TYPE_CHECKING:
    from gotpl import Environment

Text = Callable[[JSON, Scope], str]
"""A compiled text: gives what it renders to for an input, within a run."""

MAX_SOURCE_CHARS: Final = 64_000
"""Longest template source; one that a person wrote is far shorter."""

_WORD = re.compile(r"\w+")
_NOT_THERE: Final = "value of type _InvalidValue"
"""What the engine says of a field that a map has not."""
_REFUSED_FIELD = re.compile(r"(?:attribute|property|method) '(.*)' is not allowed", re.DOTALL)


class TemplateSourceError(ValueError):
    """A template that does not compile; `line` and `column` count from 1 within its text."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def compile_text(source: str, label: str) -> Text:
    """Compile a text; one without `{{` is itself.

    Args:
        source: the text.
        label: names it in errors, e.g. `conditions[0].if`.

    Raises:
        TemplateSourceError: it is not a template.
    """
    if "{{" not in source:
        return lambda _input, _scope: source
    if len(source) > MAX_SOURCE_CHARS:
        raise TemplateSourceError(f"a template may have {MAX_SOURCE_CHARS} characters", 1, 1)
    return _compiled(source, label)


def _compiled(source: str, label: str) -> Text:
    from gotpl import TemplateError, TemplateSyntaxError

    try:
        rendered = _environment(_functions_in(source)).from_string(source).render
    except TemplateSyntaxError as error:
        message = re.sub(r"^template:\d+:\d+: ", "", str(error))
        raise TemplateSourceError(message, error.line, error.column) from error
    except (TemplateError, ValueError, RecursionError, OverflowError) as error:
        raise TemplateSourceError(str(error), 1, 1) from error

    def text(value: JSON, scope: Scope) -> str:
        token = current_scope.set(scope)
        scope.render_until = min(monotonic() + MAX_RENDER_S, scope.deadline)
        try:
            return rendered(plain(value))
        except TemplateError as error:
            scope.check_time()
            raise _failure(error, label) from error
        except (ValueError, TypeError, RecursionError, OverflowError) as error:
            raise NodeError(f"{label}: {error}") from error
        finally:
            current_scope.reset(token)

    return text


def render(value: Any, input: JSON, scope: Scope) -> JSON:  # noqa: A002
    """Give a value with every compiled text in it rendered."""
    if isinstance(value, dict):
        return {key: render(item, input, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [render(item, input, scope) for item in value]
    rendered: JSON = value(input, scope) if callable(value) else value
    return rendered


def _functions_in(source: str) -> frozenset[str]:
    """Give the functions that a source can name; the engine copies all it has at each rendering."""
    from pocket.workflow.functions import FUNCTIONS

    return frozenset(FUNCTIONS.keys() & set(_WORD.findall(source)))


@lru_cache(maxsize=256)
def _environment(names: frozenset[str]) -> Environment:
    from gotpl import Environment, SandboxPolicy

    from pocket.workflow.budget import TimedBudget
    from pocket.workflow.functions import FUNCTIONS

    functions = {name: FUNCTIONS[name] for name in names}
    budget = TimedBudget()
    policy = SandboxPolicy(
        allow_functions=functions, max_template_chars=MAX_SOURCE_CHARS, default_budget=budget
    )
    return Environment(functions=functions, sandbox=policy, budget=budget)


def _failure(error: Exception, label: str) -> NodeError:
    message: str = getattr(error, "message", str(error))
    line, column = getattr(error, "line", None), getattr(error, "column", None)
    where = f"{label}:{line}:{column}" if line else label
    field = _REFUSED_FIELD.fullmatch(message)
    if field:
        return NodeError(f"{where}: no field {field[1]!r}: the value is not a map")
    return NodeError(f"{where}: {message.replace(_NOT_THERE, 'what is not there')}")
