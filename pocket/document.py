"""YAML files as plain JSON values, with the line and column of every one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from pocket.errors import InvalidDocument, Place, Problem

if TYPE_CHECKING:
    import yaml

JSON: TypeAlias = "None | bool | int | float | str | list[JSON] | dict[str, JSON]"
ToJSON: TypeAlias = "None | bool | int | float | str | Sequence[ToJSON] | Mapping[str, ToJSON]"
"""What is made JSON of: a caller's `dict[str, list[int]]` is that, and no `dict[str, JSON]`."""
ValuePath: TypeAlias = "tuple[str | int, ...]"

MAX_BYTES: Final = 1 << 20
"""A manifest or workflow written by a person is a thousand times smaller."""
MAX_DEPTH: Final = 64
"""Deeper than any schema of these files goes."""

# The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `on`, `yes` and dates
# are texts here.
_CONSTANTS: Final[dict[str, JSON]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", re.ASCII)


@dataclass(frozen=True)
class Document:
    """The values of one YAML file.

    Attributes:
        path: the file, as the user named it.
        data: dicts, lists, texts, numbers, booleans and None.
    """

    path: str
    data: JSON
    _values: Mapping[ValuePath, Place] = field(repr=False)
    _keys: Mapping[ValuePath, Place] = field(repr=False)
    _blocks: Mapping[ValuePath, Place] = field(repr=False, default_factory=dict)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Give where the value at `path` stands, or its key; a missing one has its parent's."""
        steps = tuple(path)
        places = self._keys if key else self._values
        while steps and steps not in places:
            steps, places = steps[:-1], self._values
        return places.get(steps, Place(self.path, 1, 1))

    def block(self, path: Sequence[str | int]) -> Place | None:
        """Give where the first character of a text that is written as a block (`|`) stands."""
        return self._blocks.get(tuple(path))

    def names(self, path: Sequence[str | int]) -> bool:
        """Say whether a value stands at `path`."""
        return tuple(path) in self._values


def path_text(path: Sequence[str | int]) -> str:
    """Write a path as people do: `("nodes", 0, "type")` is `nodes[0].type`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(
    file: Path, *, error: type[InvalidDocument], max_bytes: int = MAX_BYTES
) -> Document:
    """Read and parse a YAML file.

    Raises:
        InvalidDocument: of the class `error`; the file cannot be read or parsed.
    """
    try:
        with file.open("rb") as stream:
            text = stream.read(max_bytes + 1)
    except OSError as failure:
        raise error([Problem(Place(str(file)), failure.strerror or str(failure))]) from None
    return parse_document(text, str(file), error=error, max_bytes=max_bytes)


def parse_document(
    text: bytes | str, path: str, *, error: type[InvalidDocument], max_bytes: int = MAX_BYTES
) -> Document:
    """Parse one YAML document.

    Raises:
        InvalidDocument: of the class `error`, with every problem found and its place.
    """
    if len(text) > max_bytes:
        raise error([Problem(Place(path), f"the file has more than {max_bytes} bytes")])
    # Imported here, as every part of Pocket needs the type JSON and few ever read YAML.
    import yaml

    parser = _Parser(path)
    try:
        parser.read(_decoded(text))
    except yaml.reader.ReaderError as failure:
        place = _place_after(path, str(_decoded(text))[: failure.position])
        said = f"the character {chr(int(failure.character))!a} is not allowed"
        parser.problems.append(Problem(place, said))
    except yaml.YAMLError as failure:
        parser.problems.append(_syntax_problem(failure, path))
    except UnicodeDecodeError as failure:
        before = failure.object[: failure.start].decode("utf-8-sig", "replace")
        said = f"not UTF-8: byte {failure.start} is 0x{failure.object[failure.start]:02x}"
        parser.problems.append(Problem(_place_after(path, before), said))
    if parser.problems:
        raise error(parser.problems)
    return Document(path, parser.data, parser.values, parser.keys, parser.blocks)


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8-sig") if isinstance(text, bytes) else text


def _place_after(path: str, text: str) -> Place:
    """Give the place of what comes after a text."""
    lines = text.split("\n")
    return Place(path, len(lines), len(lines[-1]) + 1)


def _syntax_problem(failure: yaml.YAMLError, path: str) -> Problem:
    mark = getattr(failure, "problem_mark", None)
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
    said = getattr(failure, "problem", None) or getattr(failure, "reason", None) or "not YAML"
    context = getattr(failure, "context", None)
    return Problem(place, f"{said} ({context})" if context else str(said))


@dataclass
class _Open:
    """A list or mapping that is being read."""

    container: list[JSON] | dict[str, JSON]
    path: ValuePath
    key: str | None = None


class _Parser:
    """Builds values from the event stream, so that no nesting can exhaust the stack."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.data: JSON = None
        self.problems: list[Problem] = []
        self.values: dict[ValuePath, Place] = {}
        self.keys: dict[ValuePath, Place] = {}
        self.blocks: dict[ValuePath, Place] = {}
        self._lines: list[str] = []
        self._open: list[_Open] = []
        self._documents = 0

    def read(self, text: str) -> None:
        import yaml

        self._lines = text.split("\n")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        for event in yaml.parse(text, Loader=loader):
            handler = _HANDLERS.get(type(event).__name__)
            if handler is not None and not handler(self, event):
                return
        if not self._documents:
            self._problem(None, "the file is empty")

    def document(self, event: yaml.Event) -> bool:
        self._documents += 1
        if self._documents > 1:
            return self._problem(event, "a second document begins", "keep one, and delete the ---")
        return True

    def alias(self, event: yaml.Event) -> bool:
        return self._problem(event, "aliases are not allowed", "write the value out")

    def scalar(self, event: yaml.ScalarEvent) -> bool:
        if not self._plain_node(event):
            return False
        if self._wants_key():
            return self._key(event)
        if event.style == "|":
            self._note_block(event)
        return self._add(event, self._resolved(event))

    def begin(self, event: yaml.CollectionStartEvent) -> bool:
        if not self._plain_node(event):
            return False
        if self._wants_key():
            return self._problem(event, "a key has to be a text")
        if len(self._open) >= MAX_DEPTH:
            return self._problem(event, f"nested more than {MAX_DEPTH} deep")
        container: JSON = {} if type(event).__name__ == "MappingStartEvent" else []
        path = self._next_path()
        self._add(event, container)
        self._open.append(_Open(cast("list[JSON]", container), path))
        return True

    def end(self, _: yaml.Event) -> bool:
        self._open.pop()
        return True

    def _note_block(self, event: yaml.ScalarEvent) -> None:
        mark = event.start_mark
        assert mark is not None
        first = mark.line + 1
        written = next((line for line in self._lines[first:] if line.strip()), "")
        indent = len(written) - len(written.lstrip(" "))
        self.blocks[self._next_path()] = Place(self.path, first + 1, indent + 1)

    def _plain_node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        if event.anchor:
            return self._problem(event, "anchors are not allowed", "write the value out")
        if event.tag not in (None, "!"):
            return self._problem(event, f"the tag {event.tag} is not allowed")
        return True

    def _wants_key(self) -> bool:
        top = self._open[-1] if self._open else None
        return top is not None and isinstance(top.container, dict) and top.key is None

    def _key(self, event: yaml.ScalarEvent) -> bool:
        top = self._open[-1]
        name = event.value
        known = cast("dict[str, JSON]", top.container)
        if name in known:
            first = self.keys[(*top.path, name)]
            self._problem(event, f"the key {name!r} stands here twice, first in line {first.line}")
        self.keys[(*top.path, name)] = self._place(event)
        top.key = name
        return True

    def _next_path(self) -> ValuePath:
        if not self._open:
            return ()
        top = self._open[-1]
        last = len(top.container) if isinstance(top.container, list) else cast("str", top.key)
        return (*top.path, last)

    def _add(self, event: yaml.Event, value: JSON) -> bool:
        self.values[self._next_path()] = self._place(event)
        if not self._open:
            self.data = value
            return True
        top = self._open[-1]
        if isinstance(top.container, list):
            top.container.append(value)
        else:
            top.container[cast("str", top.key)] = value
            top.key = None
        return True

    def _resolved(self, event: yaml.ScalarEvent) -> JSON:
        text = event.value
        if event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _NOT_FINITE.fullmatch(text):
            self._problem(event, f"{text} is no number of JSON", 'put quotes around it: "..."')
        elif _FLOAT.fullmatch(text):
            return self._float(event, text)
        return text

    def _float(self, event: yaml.Event, text: str) -> float:
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self._problem(event, f"{text:.40} is too large for a number")
        return number

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None
        return Place(self.path, mark.line + 1, mark.column + 1)

    def _problem(self, event: yaml.Event | None, message: str, hint: str | None = None) -> bool:
        """Note a problem; gives False, which ends the reading where a handler returns it."""
        place = self._place(event) if event is not None else Place(self.path, 1, 1)
        at = path_text(self._open[-1].path) if self._open else ""
        self.problems.append(Problem(place, message, at, hint))
        return False


_HANDLERS: Final[dict[str, Callable[[_Parser, Any], bool]]] = {
    "DocumentStartEvent": _Parser.document,
    "AliasEvent": _Parser.alias,
    "ScalarEvent": _Parser.scalar,
    "MappingStartEvent": _Parser.begin,
    "SequenceStartEvent": _Parser.begin,
    "MappingEndEvent": _Parser.end,
    "SequenceEndEvent": _Parser.end,
}
