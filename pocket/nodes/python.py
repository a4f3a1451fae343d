"""Node types that a Python program adds by the decorator `node`, or a package by entry points."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import orjson

from pocket.document import JSON
from pocket.errors import InvalidInput, NodeError, PluginNotFound, PocketError
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.schema import is_schema
from pocket.workflow.node import DEFAULT_ACTION, Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import render

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS: Final = "pocket.nodes"
"""The group of entry points in which a package names its node types: `type = "module:function"`."""

_TYPE: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*")
_PLAIN: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)

_NO_CONFIG: Final[Mapping[str, JSON]] = {"type": "object", "additionalProperties": False}

NodeFunction = Callable[[JSON, Mapping[str, Any], Scope], "JSON | Answer"]
F = TypeVar("F", bound=NodeFunction)


@dataclass(frozen=True, slots=True)
class PythonType:
    """A node type that is a Python function.

    Attributes:
        metadata: as a plugin would describe it.
        function: gives the output, or an `Answer`.
        answers: the actions it can answer with, or None if unknown.
        timed: whether it ends soon after the deadline of its scope.
    """

    metadata: NodeMetadata
    function: NodeFunction
    answers: frozenset[str] | None
    timed: bool
    renders: ClassVar[bool] = True

    def actions(self, _: Mapping[str, Any]) -> frozenset[str] | None:
        """Give the actions that a node can answer with."""
        return self.answers

    def prepare(self, config: Mapping[str, Any]) -> NodeCall:
        """Make a node that calls the function."""
        function, kind = self.function, self.metadata.type

        def call(value: JSON, scope: Scope) -> Answer:
            given: Any = render(dict(config), value, scope)
            try:
                said = function(value, given, scope)
            except PocketError:
                raise
            except Exception as error:
                raise NodeError(f"{kind}: {type(error).__name__}: {error}") from error
            answer = said if isinstance(said, Answer) else Answer(said)
            return Answer(_as_json(answer.output, kind), self._action(answer.action))

        return call

    def _action(self, action: str) -> str:
        if not isinstance(action, str):
            raise NodeError(f"{self.metadata.type}: the action {action!r:.100} is no text")
        if self.answers is not None and action not in self.answers:
            known = ", ".join(sorted(self.answers))
            raise NodeError(
                f"{self.metadata.type}: the action {action!r:.100} was never announced",
                hint=f"the node type announced {known}",
            )
        return action


def _as_json(value: JSON, kind: str) -> JSON:
    """Give a copy of an output as JSON has it: lists for tuples, null for NaN."""
    try:
        copy: JSON = orjson.loads(orjson.dumps(value, option=_PLAIN))
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise NodeError(f"{kind}: the output is no JSON value: {error}") from error
    return copy


class PythonTypes:
    """The node types of this process, by name."""

    def __init__(self) -> None:
        self._by_name: dict[str, PythonType] = {}

    def add(self, added: PythonType) -> None:
        """Add a type. The same function may be defined anew, as notebooks do.

        Raises:
            InvalidInput: there is another one of this name.
        """
        name = added.metadata.type
        known = self._by_name.get(name)
        if known is not None and _home(known) != _home(added):
            raise InvalidInput(
                f"two functions want to be node type {name!r}: {_home(known)} and {_home(added)}",
                hint="give one of them another name",
            )
        self._by_name[name] = added

    def get(self, name: str) -> PythonType | None:
        """Give a type by its name, or None where there is none.

        Raises:
            PluginNotFound: a package announces it, and it cannot be had.
        """
        if name not in self._by_name and _TYPE.fullmatch(name) and name in _announced():
            return self._loaded(name)
        return self._by_name.get(name)

    def names(self) -> list[str]:
        """Give the names of all types, those of packages too, without importing any."""
        return sorted({*self._by_name, *_announced()})

    def _loaded(self, name: str) -> PythonType:
        points = _announced()[name]
        packages = sorted({point.dist.name if point.dist else point.value for point in points})
        if len(points) > 1:
            raise PluginNotFound(
                f"several packages have a node type {name!r}: {', '.join(packages)}",
                hint="uninstall all of them but one",
            )
        where = f"node type {name!r} of package {packages[0]} ({points[0].value})"
        try:
            function = points[0].load()
        except PocketError:
            raise
        except Exception as error:
            message = f"{where} cannot be imported: {type(error).__name__}: {error}"
            raise PluginNotFound(message) from error
        found = self._by_name.get(name)
        if found is None or found.function is not function:
            raise PluginNotFound(
                f"{where} is no node of that type",
                hint=f'put @pocket.node("{name}", ...) above the function that it names',
            )
        return found


TYPES: Final = PythonTypes()


def node(
    type: str,  # noqa: A002
    *,
    config_schema: Mapping[str, JSON] | None = None,
    description: str | None = None,
    category: str = "custom",
    actions: Iterable[str] | None = (DEFAULT_ACTION,),
    timed: bool = False,
    input_schema: Mapping[str, JSON] | None = None,
    output_schema: Mapping[str, JSON] | None = None,
    examples: Iterable[Example] = (),
) -> Callable[[F], F]:
    """Make a node type of a function; use it as a decorator.

    The function gets the input, the config and the `Scope` of the run. It gives the output, or an
    `Answer` with an action too. The config is complete and fits the schema. Its texts of the
    formats that built-in nodes use are what they say: `template` is rendered, `duration` is a
    number of seconds, `file` the text in it. What the function raises fails the node:
    `NodeUnavailable` is worth a retry, other errors are not.

    Args:
        type: what workflows call it.
        config_schema: JSON Schema of the config; without one, the node takes no config.
        description: one line; if left out, the first one of the function's docstring.
        category: for grouping in lists.
        actions: what it can answer with, so that workflows can be checked; None for anything.
        timed: whether it looks at `Scope.check_time`, waits by `Scope.pause` or uses
            `Scope.left_s`, so that it can be given a timeout.
        input_schema: JSON Schema of the input, for people.
        output_schema: JSON Schema of the output, for people.
        examples: for people.

    Raises:
        InvalidInput: the name is not one, or is taken; a schema is none.
    """
    said = dict(_NO_CONFIG if config_schema is None else config_schema)
    _check_name(type)
    _check_schemas(type, said, input_schema, output_schema)

    def decorated(function: F) -> F:
        _check_function(type, function)
        line = (inspect.getdoc(function) or "").partition("\n")[0].rstrip(".")
        metadata = NodeMetadata(
            type,
            category,
            line if description is None else description,
            said,
            None if input_schema is None else dict(input_schema),
            None if output_schema is None else dict(output_schema),
            tuple(examples),
        )
        answers = None if actions is None else frozenset(actions)
        TYPES.add(PythonType(metadata, function, answers, timed))
        return function

    return decorated


def _check_name(name: str) -> None:
    from pocket.nodes.catalog import BUILTIN

    if not _TYPE.fullmatch(name):
        raise InvalidInput(
            f"{name!r:.100} cannot name a node type",
            hint="write small letters and digits, with single hyphens between, like 'word-count'",
        )
    if name in BUILTIN:
        raise InvalidInput(
            f"node type {name!r} is built in", hint="give your own type another name"
        )


def _check_schemas(name: str, *schemas: Mapping[str, JSON] | None) -> None:
    suspects = [dict(schema) for schema in schemas if schema is not None and not is_schema(schema)]
    if not suspects:
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    for schema in suspects:
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            where = "".join(f"[{step!r}]" for step in error.absolute_path)
            raise InvalidInput(
                f"node type {name!r}: a schema is none: {where or 'all of it'}: {error.message}"
            ) from None


def _check_function(name: str, function: object) -> None:
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise InvalidInput(f"node type {name!r} has to be a plain function")
    try:
        inspect.signature(function).bind(None, {}, None)
    except TypeError as error:
        raise InvalidInput(
            f"node type {name!r}: the function cannot be called: {error}",
            hint="it gets three arguments: input, config and scope",
        ) from None


def _home(found: PythonType) -> str:
    function: Any = found.function
    return f"{getattr(function, '__module__', '?')}:{getattr(function, '__qualname__', function)}"


@cache
def _announced() -> dict[str, list[EntryPoint]]:
    """Give the entry points of installed packages by name; two may want the same one."""
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=ENTRY_POINTS):
        found.setdefault(point.name, []).append(point)
    return found
