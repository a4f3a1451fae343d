"""The functions that templates may call: no files, no environment, no network, bounded results.

Where a function exists in Go, it does what Go's does, except that numbers are one kind: JSON knows
no difference between 3 and 3.0.
"""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID

from pocket.document import JSON
from pocket.workflow.kinds import as_argument, as_text, check_size, kind, shown
from pocket.workflow.numbers import plain
from pocket.workflow.scope import current_scope
from pocket.workflow.sprig import SPRIG

_VERB = re.compile(r"%[-+# 0]*([0-9]*)(?:\.([0-9]*))?(.|$)", re.DOTALL)
# JSON may hold these as they are, but a reader of YAML takes them for line ends or refuses them.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_JS = {**dict.fromkeys(range(32), ""), 0x2028: "", 0x2029: ""}
_JS = {code: f"\\u{code:04X}" for code in _JS} | {
    ord(char): f"\\u{ord(char):04X}" for char in "<>&="
}
_JS |= {ord(char): f"\\{char}" for char in "\\'\""}
_HTML = str.maketrans(
    {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
)


def _same(left: Any, right: Any) -> bool:
    kinds = {kind(left), kind(right)}
    if "nothing" in kinds:
        return len(kinds) == 1
    if len(kinds) == 2:
        raise TypeError(f"cannot compare {' with '.join(sorted(kinds))}")
    if kinds & {"list", "map"}:
        raise TypeError("lists and maps cannot be compared")
    return bool(left == right)


def eq(first: object, *others: object) -> bool:
    """Tell whether the first value equals any of the others."""
    if not others:
        raise TypeError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def ne(left: object, right: object) -> bool:
    """Tell whether two values differ."""
    return not _same(left, right)


def _ordered(left: object, right: object) -> None:
    kinds = {kind(left), kind(right)}
    if kinds not in ({"number"}, {"text"}):
        raise TypeError(f"cannot order {' and '.join(sorted(kinds))}")


def lt(left: Any, right: Any) -> bool:
    """Tell whether `left` is less than `right`."""
    _ordered(left, right)
    return bool(left < right)


def le(left: Any, right: Any) -> bool:
    """Tell whether `left` is at most `right`."""
    _ordered(left, right)
    return bool(left <= right)


def gt(left: Any, right: Any) -> bool:
    """Tell whether `left` is greater than `right`."""
    return lt(right, left)


def ge(left: Any, right: Any) -> bool:
    """Tell whether `left` is at least `right`."""
    return le(right, left)


def print_(*values: object) -> str:
    """Join values; a space stands between two that are both no text."""
    check_size(sum(len(value) for value in values if isinstance(value, str)))
    parts: list[str] = []
    for index, value in enumerate(values):
        spaced = index and not isinstance(value, str) and not isinstance(values[index - 1], str)
        parts.append(f"{' ' if spaced else ''}{shown(value)}")
    return "".join(parts)


def println(*values: object) -> str:
    """Join values by spaces, with a line end."""
    check_size(sum(len(value) for value in values if isinstance(value, str)))
    return " ".join(map(shown, values)) + "\n"


def _for_verb(verb: str, value: object) -> object:
    if isinstance(value, bool):
        return value
    if verb in "eEfFgG" and isinstance(value, int):
        return float(value)
    if verb in "bcdoOxXU" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def printf(text: str, *values: object) -> str:
    """Format as Go's Sprintf; a whole number suits %d and %f alike."""
    if "*" in text or "%[" in text:
        raise ValueError("printf takes no widths from arguments and no argument indexes here")
    verbs = [match for match in _VERB.finditer(text) if match[0] != "%%"]
    widths = sum(int(size) for verb in verbs for size in verb.group(1, 2) if size)
    check_size(widths + len(text) + sum(len(value) for value in values if isinstance(value, str)))
    suited = [_for_verb(verb[3], value) for verb, value in zip(verbs, values, strict=False)]
    return sprintf(text, *map(as_argument, (*suited, *values[len(suited) :])))


def _to_escape(values: tuple[object, ...]) -> str:
    """Join values as `print` does, save that Go writes what is missing in another way here."""
    return print_(*("<no value>" if kind(value) == "nothing" else value for value in values))


def html(*values: object) -> str:
    """Escape for HTML."""
    return _to_escape(values).translate(_HTML)


def js(*values: object) -> str:
    """Escape for the inside of a JavaScript string."""
    return "".join(map(_in_js, _to_escape(values).translate(_JS)))


def _in_js(char: str) -> str:
    return char if char < "\x80" or char.isprintable() else f"\\u{ord(char):04X}"


def urlquery(*values: object) -> str:
    """Escape for a query part of a URL."""
    return quote_plus(_to_escape(values))


def json(value: object = INVALID) -> str:
    """Write a value as JSON."""
    known = None if kind(value) == "nothing" else value
    text = json_module.dumps(known, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def default(fallback: object, value: object = INVALID) -> object:
    """Give `value`, or `fallback` where it is missing or empty."""
    return fallback if kind(value) == "nothing" or not value else value


def contains(part: object, text: object = INVALID) -> bool:
    """Tell whether `part` occurs in `text`."""
    return as_text(part) in as_text(text)


def join(separator: object, values: object = INVALID) -> str:
    """Join a list's items."""
    if not isinstance(values, list):
        return shown(values)
    check_size(len(as_text(separator)) * len(values))
    return as_text(separator).join(shown(value) for value in values if kind(value) != "nothing")


def trim(text: object = INVALID) -> str:
    """Take white space off both ends."""
    return as_text(text).strip()


def replace(old: object, new: object, text: object = INVALID) -> str:
    """Replace every `old` in `text` by `new`."""
    whole, before, after = as_text(text), as_text(old), as_text(new)
    check_size(len(whole) + whole.count(before) * len(after))
    return whole.replace(before, after)


def upper(text: object = INVALID) -> str:
    """Write in capitals."""
    return as_text(text).upper()


def lower(text: object = INVALID) -> str:
    """Write in small letters."""
    return as_text(text).lower()


def node(name: str) -> JSON:
    """Give the last output of a node, or nothing while it has not run."""
    return plain(current_scope.get().outputs.get(name))


def run_input() -> JSON:
    """Give the run's input."""
    return plain(current_scope.get().input)


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "eq": eq,
    "ne": ne,
    "lt": lt,
    "le": le,
    "gt": gt,
    "ge": ge,
    "print": print_,
    "printf": printf,
    "println": println,
    "html": html,
    "js": js,
    "urlquery": urlquery,
    "json": json,
    "toJson": json,
    "default": default,
    "contains": contains,
    "join": join,
    "trim": trim,
    "replace": replace,
    "upper": upper,
    "lower": lower,
    "node": node,
    "input": run_input,
    **SPRIG,
}
"""Every function by its name in templates, those of Go that are replaced here included."""
