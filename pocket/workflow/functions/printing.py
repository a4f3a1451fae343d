"""Values written out: as Go prints them, as JSON, and escaped for other languages."""

from __future__ import annotations

import json as json_module
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_argument, check_size, kind, shown

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


PRINTING: Mapping[str, Callable[..., object]] = {
    "print": print_,
    "printf": printf,
    "println": println,
    "html": html,
    "js": js,
    "urlquery": urlquery,
    "json": json,
    "toJson": json,
}
