"""Reads JSONPath as RFC 9535 has it."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from pocket.document import JSON
from pocket.nodes import jsonpath_filter as filters
from pocket.nodes import jsonpath_selectors as parts
from pocket.nodes.jsonpath_filter import FUNCTIONS, Kind

MAX_CHARS: Final = 4096
"""Longest query; one that a person wrote has a hundredth of that."""
_MAX_DEPTH: Final = 50
"""Filters and brackets within each other."""
_MAX_INT: Final = 2**53 - 1

_SPACE = re.compile(r"[ \t\n\r]*")
_NAME = re.compile(
    r"[A-Za-z_\x80-\ud7ff\ue000-\U0010ffff][0-9A-Za-z_\x80-\ud7ff\ue000-\U0010ffff]*"
)
_INT = re.compile(r"0(?![0-9])|-?[1-9][0-9]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?![0-9])(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FUNCTION = re.compile(r"([a-z][a-z0-9_]*)\(")
_WORD = re.compile(r"(?:true|false|null)(?![0-9A-Za-z_(])")
_OPERATOR = re.compile(r"==|!=|<=|>=|<|>")
_ESCAPES: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "/": "/", "\\": "\\"}
_WORDS: Final[dict[str, JSON]] = {"true": True, "false": False, "null": None}
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_HIGH = re.compile(r"[dD][89abAB]")
_LOW = re.compile(r"[dD][c-fC-F]")


class QueryError(ValueError):
    """A query that is none."""


class _Part(NamedTuple):
    """Part of a filter: what kind of thing it gives, and the thing itself."""

    kind: Kind
    call: Any
    singular: bool = False
    """A query that finds one value at most."""
    is_literal: bool = False


def parse(text: str) -> parts.Query:
    """Make a query of a text.

    Raises:
        QueryError: it is none; the message says where.
    """
    if len(text) > MAX_CHARS:
        raise QueryError(f"a path has at most {MAX_CHARS} characters")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> parts.Query:
        self._want("$")
        query, _ = self._query(from_root=True)
        if self._at != len(self._text):
            raise self._wrong()
        return query

    def _query(self, *, from_root: bool) -> tuple[parts.Query, bool]:
        segments: list[parts.Segment] = []
        singular = True
        while True:
            before = self._at
            self._space()
            if not self._text.startswith((".", "["), self._at):
                self._at = before
                return parts.query(segments, from_root=from_root), singular
            segment, one = self._segment()
            segments.append(segment)
            singular = singular and one

    def _segment(self) -> tuple[parts.Segment, bool]:
        if self._have(".."):
            selectors, _ = self._bracketed() if self._peek("[") else self._dotted()
            return parts.descendant_segment(selectors), False
        selectors, one = self._dotted() if self._have(".") else self._bracketed()
        return parts.child_segment(selectors), one

    def _dotted(self) -> tuple[list[parts.Selector], bool]:
        if self._have("*"):
            return [parts.every], False
        return [parts.by_name(self._take(_NAME)[0])], True

    def _bracketed(self) -> tuple[list[parts.Selector], bool]:
        self._want("[")
        selectors: list[parts.Selector] = []
        one = True
        while True:
            self._space()
            selector, single = self._selector()
            selectors.append(selector)
            one = one and single
            self._space()
            if self._have("]"):
                return selectors, one and len(selectors) == 1
            if not self._have(","):
                raise self._wrong(", or ] is missing")

    def _selector(self) -> tuple[parts.Selector, bool]:
        if self._have("*"):
            return parts.every, False
        if self._peek("'", '"'):
            return parts.by_name(self._string()), True
        if self._have("?"):
            self._space()
            return parts.by_test(self._or()), False
        return self._index_or_slice()

    def _index_or_slice(self) -> tuple[parts.Selector, bool]:
        first = self._int()
        before = self._at
        self._space()
        if not self._have(":"):
            self._at = before
            if first is None:
                raise self._wrong()
            return parts.by_index(first), True
        self._space()
        end, step = self._int(), None
        before = self._at
        self._space()
        if self._have(":"):
            before = self._at
            self._space()
            step = self._int()
        if step is None:
            self._at = before
        return parts.by_slice(first, end, step), False

    def _or(self) -> parts.Test:
        self._enter()
        tests = [self._and()]
        while self._after_space("||"):
            tests.append(self._and())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else filters.any_of(tests)

    def _and(self) -> parts.Test:
        tests = [self._basic()]
        while self._after_space("&&"):
            tests.append(self._basic())
        return tests[0] if len(tests) == 1 else filters.all_of(tests)

    def _basic(self) -> parts.Test:
        negative = self._have("!")
        if negative:
            self._space()
        if self._have("("):
            self._space()
            test = self._or()
            self._space()
            self._want(")")
        elif negative:
            test = self._test(self._part())
        else:
            test = self._comparison_or_test()
        return filters.negated(test) if negative else test

    def _comparison_or_test(self) -> parts.Test:
        left = self._part()
        before = self._at
        self._space()
        operator = _OPERATOR.match(self._text, self._at)
        if operator is None:
            self._at = before
            return self._test(left)
        self._at = operator.end()
        self._space()
        right = self._part()
        return filters.compared(self._value(left), operator[0], self._value(right))

    def _part(self) -> _Part:
        for sign in ("@", "$"):
            if self._have(sign):
                query, singular = self._query(from_root=sign == "$")
                return _Part("nodes", query, singular=singular)
        if _FUNCTION.match(self._text, self._at):
            return self._function()
        return _Part("value", filters.literal(self._literal()), is_literal=True)

    def _function(self) -> _Part:
        self._enter()
        begins = self._at
        name = self._take(_FUNCTION)[1]
        function = FUNCTIONS.get(name)
        if function is None:
            raise QueryError(f"there is no function {name}; there are {', '.join(FUNCTIONS)}")
        given: list[Any] = []
        for kind in function.takes:
            self._space()
            if given:
                self._want(",")
                self._space()
            part = self._part()
            given.append(self._value(part) if kind == "value" else self._nodes(part, name))
        self._space()
        if not self._have(")"):
            count = len(function.takes)
            raise self._wrong(f"{name} takes {count} argument(s)", begins)
        self._depth -= 1
        return _Part(function.gives, function.make(*given))

    def _value(self, part: _Part) -> parts.Value:
        if part.kind == "nodes" and part.singular:
            return parts.one(part.call)
        if part.kind != "value":
            raise self._wrong("only a query that finds one value can be compared or given here")
        value: parts.Value = part.call
        return value

    def _nodes(self, part: _Part, name: str) -> parts.Query:
        if part.kind != "nodes":
            raise self._wrong(f"{name} takes a query")
        query: parts.Query = part.call
        return query

    def _test(self, part: _Part) -> parts.Test:
        if part.kind == "value":
            said = "a literal" if part.is_literal else "what this function gives"
            raise self._wrong(f"{said} has to be compared with something")
        test: parts.Test = filters.exists(part.call) if part.kind == "nodes" else part.call
        return test

    def _literal(self) -> JSON:
        if self._peek("'", '"'):
            return self._string()
        word = _WORD.match(self._text, self._at)
        if word is not None:
            self._at = word.end()
            return _WORDS[word[0]]
        number = self._take(_NUMBER)
        return float(number[0]) if number[1] or number[2] else int(number[0])

    def _int(self) -> int | None:
        found = _INT.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        number = int(found[0])
        if abs(number) > _MAX_INT:
            raise QueryError(f"{number} is too large for an index")
        return number

    def _string(self) -> str:
        quote = self._text[self._at]
        self._at += 1
        chars: list[str] = []
        while not self._have(quote):
            char = self._text[self._at : self._at + 1]
            if char < " ":
                raise self._wrong()
            self._at += 1
            chars.append(self._escaped(quote) if char == "\\" else char)
        return "".join(chars)

    def _escaped(self, quote: str) -> str:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        if char == quote:
            return quote
        if char == "u":
            return self._unicode()
        if char not in _ESCAPES:
            raise self._wrong("no such escape", self._at - 1)
        return _ESCAPES[char]

    def _unicode(self) -> str:
        first = self._take(_HEX)[0]
        if _HIGH.match(first) and self._have("\\u"):
            second = self._take(_HEX)[0]
            if _LOW.match(second):
                pair = bytes.fromhex(first) + bytes.fromhex(second)
                return pair.decode("utf-16-be")
        if first[0] in "dD" and first[1] in "89abcdefABCDEF":
            raise self._wrong("half a surrogate pair")
        return chr(int(first, 16))

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise QueryError(f"filters are nested deeper than {_MAX_DEPTH}")

    def _after_space(self, token: str) -> bool:
        before = self._at
        self._space()
        if self._have(token):
            self._space()
            return True
        self._at = before
        return False

    def _space(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _peek(self, *tokens: str) -> bool:
        return self._text.startswith(tokens, self._at)

    def _have(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _want(self, token: str) -> None:
        if not self._have(token):
            raise self._wrong(f"{token} is missing")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise self._wrong()
        self._at = found.end()
        return found

    def _wrong(self, said: str = "", at: int | None = None) -> QueryError:
        place = self._at if at is None else at
        rest = self._text[place : place + 20]
        met = f"at {rest!r}" if rest else "at its end"
        return QueryError(f"column {place + 1}, {met}: {said or 'this cannot stand here'}")
