"""Functions of texts. Characters are counted, where Sprig counts bytes."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Never

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_text, as_whole, check_size, kind, shown
from pocket.workflow.numbers import plain


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


def title(text: object = INVALID) -> str:
    """Write the first letter of each word in capitals."""
    whole, before = as_text(text), " "
    letters = []
    for char in whole:
        inside = before == "_" or before.isalnum() or (before > "\x7f" and not before.isspace())
        letters.append(char if inside else char.upper())
        before = char
    return "".join(letters)


def trim_all(chars: object, text: object = INVALID) -> str:
    """Take any of these characters off both ends."""
    return as_text(text).strip(as_text(chars)) if as_text(chars) else as_text(text)


def trim_prefix(prefix: object, text: object = INVALID) -> str:
    """Take a beginning off."""
    return as_text(text).removeprefix(as_text(prefix))


def trim_suffix(suffix: object, text: object = INVALID) -> str:
    """Take an end off."""
    return as_text(text).removesuffix(as_text(suffix))


def has_prefix(prefix: object, text: object = INVALID) -> bool:
    """Tell whether a text begins so."""
    return as_text(text).startswith(as_text(prefix))


def has_suffix(suffix: object, text: object = INVALID) -> bool:
    """Tell whether a text ends so."""
    return as_text(text).endswith(as_text(suffix))


def truncate(count: object, text: object = INVALID) -> str:
    """Give the first characters, or for a negative count the last ones."""
    whole, size = as_text(text), as_whole(count)
    return whole[size:] if size < 0 else whole[:size]


def substr(start: object, end: object, text: object = INVALID) -> str:
    """Give the characters from `start` up to `end`."""
    first, last, whole = as_whole(start), as_whole(end), as_text(text)
    if first < 0:
        return whole[: max(0, last)]
    return whole[first:] if last < 0 or last > len(whole) else whole[first:last]


def repeat(count: object, text: object = INVALID) -> str:
    """Write a text several times."""
    times, whole = as_whole(count), as_text(text)
    check_size(times * len(whole))
    return whole * times


def nospace(text: object = INVALID) -> str:
    """Take out all white space."""
    return "".join(as_text(text).split())


def quote(*values: object) -> str:
    """Write values in double quotes, escaped."""
    return " ".join(sprintf("%q", shown(value)) for value in values if kind(value) != "nothing")


def squote(*values: object) -> str:
    """Write values in single quotes."""
    return " ".join(f"'{shown(value)}'" for value in values if kind(value) != "nothing")


def indent(spaces: object, text: object = INVALID) -> str:
    """Begin every line with so many spaces."""
    size, whole = as_whole(spaces), as_text(text)
    check_size(len(whole) + size * (whole.count("\n") + 1))
    pad = " " * size
    return pad + whole.replace("\n", f"\n{pad}")


def nindent(spaces: object, text: object = INVALID) -> str:
    """Do as `indent` does, after a line end."""
    return f"\n{indent(spaces, text)}"


def split_list(separator: object, text: object = INVALID) -> list[str]:
    """Divide a text at each separator."""
    whole, between = as_text(text), as_text(separator)
    return whole.split(between) if between else list(whole)


def to_string(value: object = INVALID) -> str:
    """Give a value as a text."""
    return shown(value)


def b64enc(text: object = INVALID) -> str:
    """Write in Base64."""
    return b64encode(as_text(text).encode()).decode()


def b64dec(text: object = INVALID) -> str:
    """Read Base64."""
    return b64decode(as_text(text), validate=True).decode()


def sha256sum(text: object = INVALID) -> str:
    """Give the SHA-256 in hexadecimal digits."""
    return hashlib.sha256(as_text(text).encode()).hexdigest()


def from_json(text: object = INVALID) -> object:
    """Read JSON."""
    return plain(json.loads(as_text(text), parse_constant=_refuse_constant))


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is no number of JSON")


TEXTS: Mapping[str, Callable[..., object]] = {
    "contains": contains,
    "join": join,
    "trim": trim,
    "replace": replace,
    "upper": upper,
    "lower": lower,
    "title": title,
    "trimAll": trim_all,
    "trimPrefix": trim_prefix,
    "trimSuffix": trim_suffix,
    "hasPrefix": has_prefix,
    "hasSuffix": has_suffix,
    "trunc": truncate,
    "substr": substr,
    "repeat": repeat,
    "nospace": nospace,
    "quote": quote,
    "squote": squote,
    "indent": indent,
    "nindent": nindent,
    "splitList": split_list,
    "toString": to_string,
    "b64enc": b64enc,
    "b64dec": b64dec,
    "sha256sum": sha256sum,
    "fromJson": from_json,
}
