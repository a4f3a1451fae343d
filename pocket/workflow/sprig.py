"""Template functions of Sprig (https://masterminds.github.io/sprig) that can do no harm.

None reads the clock, the environment, files or the network, none is random, and none puts values
into a list or map: a list of itself twice, 60 times over, is small until somebody writes it out.
Texts are counted in characters, where Sprig counts bytes; maps are in the order of their keys; and
what is no number is an error, where Sprig takes it for 0.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from math import ceil as ceil_
from math import floor as floor_
from math import isfinite, trunc
from typing import Any, Never

from gotpl.runtime.gofmt import sprintf
from gotpl.runtime.values import INVALID

from pocket.workflow.kinds import as_text, check_size, kind, shown
from pocket.workflow.numbers import plain

_WHOLE = range(-(1 << 63), 1 << 63)
"""Sprig's whole numbers; without an end, multiplying would never end either."""


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
    whole, size = as_text(text), _whole(count)
    return whole[size:] if size < 0 else whole[:size]


def substr(start: object, end: object, text: object = INVALID) -> str:
    """Give the characters from `start` up to `end`."""
    first, last, whole = _whole(start), _whole(end), as_text(text)
    if first < 0:
        return whole[: max(0, last)]
    return whole[first:] if last < 0 or last > len(whole) else whole[first:last]


def repeat(count: object, text: object = INVALID) -> str:
    """Write a text several times."""
    times, whole = _whole(count), as_text(text)
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
    size, whole = _whole(spaces), as_text(text)
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


def add(*numbers: object) -> int:
    """Add whole numbers; others lose what stands behind the point."""
    return _in_range(sum(map(_whole, numbers)))


def add1(number: object = INVALID) -> int:
    """Add 1."""
    return add(number, 1)


def sub(left: object, right: object) -> int:
    """Subtract whole numbers."""
    return _in_range(_whole(left) - _whole(right))


def mul(*numbers: object) -> int:
    """Multiply whole numbers."""
    product = 1
    for number in numbers:
        product = _in_range(product * _whole(number))
    return product


def div(left: object, right: object) -> int:
    """Divide whole numbers, and forget the rest."""
    quotient = abs(_whole(left)) // abs(_whole(right))
    return _in_range(quotient if (_whole(left) < 0) == (_whole(right) < 0) else -quotient)


def mod(left: object, right: object) -> int:
    """Give the rest of a division."""
    return _whole(left) - div(left, right) * _whole(right)


def addf(*numbers: object) -> float:
    """Add numbers."""
    return sum(map(_number, numbers))


def subf(first: object, *others: object) -> float:
    """Subtract numbers."""
    return _number(first) - sum(map(_number, others))


def mulf(first: object, *others: object) -> float:
    """Multiply numbers."""
    product = _number(first)
    for number in others:
        product *= _number(number)
    return product


def divf(first: object, *others: object) -> float:
    """Divide numbers."""
    quotient = _number(first)
    for number in others:
        quotient /= _number(number)
    return quotient


def largest(*numbers: object) -> int:
    """Give the largest of whole numbers."""
    return max(map(_whole, numbers))


def smallest(*numbers: object) -> int:
    """Give the smallest of whole numbers."""
    return min(map(_whole, numbers))


def floor(number: object = INVALID) -> int:
    """Give the whole number at or below."""
    return floor_(_number(number))


def ceil(number: object = INVALID) -> int:
    """Give the whole number at or above."""
    return ceil_(_number(number))


def round_(number: object, places: object) -> float:
    """Round to so many places behind the point, a half away from 0."""
    value, factor = _number(number), 10.0 ** min(15, max(-15, _whole(places)))
    rounded = floor_(abs(value) * factor + 0.5) / factor
    return rounded if value >= 0 else -rounded


def whole(number: object = INVALID) -> int:
    """Give a number, or a text that is one, without what stands behind the point."""
    return _whole(number)


def number(value: object = INVALID) -> float:
    """Give a number, or a text that is one."""
    return _number(value)


def first(values: object = INVALID) -> object:
    """Give the first item of a list, or nothing of an empty one."""
    return _items(values)[0] if _items(values) else None


def last(values: object = INVALID) -> object:
    """Give the last item of a list, or nothing of an empty one."""
    return _items(values)[-1] if _items(values) else None


def rest(values: object = INVALID) -> list[Any]:
    """Give all but the first item."""
    return _items(values)[1:]


def initial(values: object = INVALID) -> list[Any]:
    """Give all but the last item."""
    return _items(values)[:-1]


def reverse(values: object = INVALID) -> list[Any]:
    """Turn a list round."""
    return _items(values)[::-1]


def uniq(values: object = INVALID) -> list[Any]:
    """Give each item once."""
    seen: dict[object, Any] = {}
    for item in _items(values):
        seen.setdefault(_identity(item), item)
    return list(seen.values())


def compact(values: object = INVALID) -> list[Any]:
    """Give the items that are not empty."""
    return [item for item in _items(values) if not empty(item)]


def has(item: object, values: object = INVALID) -> bool:
    """Tell whether an item is in a list."""
    wanted = _identity(item)
    return any(_identity(value) == wanted for value in _items(values))


def without(values: object, *unwanted: object) -> list[Any]:
    """Give the items that are none of these."""
    out = set(map(_identity, unwanted))
    return [item for item in _items(values) if _identity(item) not in out]


def sort_alpha(values: object = INVALID) -> list[str]:
    """Give the items as texts, in order."""
    return sorted(shown(item) for item in _items(values) if kind(item) != "nothing")


def get(mapping: object, key: object = INVALID) -> object:
    """Give the value of a key, or an empty text."""
    return _map(mapping).get(as_text(key), "")


def has_key(mapping: object, key: object = INVALID) -> bool:
    """Tell whether a map has a key."""
    return as_text(key) in _map(mapping)


def keys(mapping: object = INVALID) -> list[str]:
    """Give the keys of a map."""
    return sorted(_map(mapping))


def values(mapping: object = INVALID) -> list[Any]:
    """Give the values of a map."""
    return [value for _, value in sorted(_map(mapping).items())]


def pick(mapping: object, *wanted: object) -> dict[str, Any]:
    """Give a map of these keys only."""
    return {key: _map(mapping)[key] for key in map(as_text, wanted) if key in _map(mapping)}


def omit(mapping: object, *unwanted: object) -> dict[str, Any]:
    """Give a map without these keys."""
    out = set(map(as_text, unwanted))
    return {key: value for key, value in _map(mapping).items() if key not in out}


def empty(value: object = INVALID) -> bool:
    """Tell whether a value is missing, false, 0, or has nothing in it."""
    return kind(value) == "nothing" or not value


def coalesce(*candidates: object) -> object:
    """Give the first value that is not empty."""
    return next((value for value in candidates if not empty(value)), None)


def ternary(yes: object, no: object, test: object = INVALID) -> object:
    """Give the first value where the last one is true, else the second."""
    if not isinstance(test, bool):
        raise TypeError(f"wants a bool, not {kind(test)}")
    return yes if test else no


def fail(message: object = INVALID) -> Never:
    """Fail with a message."""
    raise ValueError(as_text(message))


def _in_range(number: int) -> int:
    if number not in _WHOLE:
        raise ValueError("the result is no number of 64 bits")
    return number


def _whole(value: object) -> int:
    return _in_range(trunc(_number(value)))


def _number(value: object) -> float:
    """Give a number, as an int where it is one."""
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, int | float) or not isfinite(value):
        raise TypeError(f"wants a number, not {kind(value)}")
    return value


def _parsed(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _items(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"wants a list, not {kind(value)}")
    return value


def _map(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"wants a map, not {kind(value)}")
    return value


def _identity(value: Any) -> object:
    """Give something to know equal values by, in no more time than writing them takes."""
    known = None if kind(value) == "nothing" else value
    return (
        json.dumps(known, sort_keys=True)
        if isinstance(known, list | dict)
        else (kind(known), known)
    )


SPRIG: Mapping[str, Callable[..., object]] = {
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
    "add": add,
    "add1": add1,
    "sub": sub,
    "mul": mul,
    "div": div,
    "mod": mod,
    "addf": addf,
    "subf": subf,
    "mulf": mulf,
    "divf": divf,
    "max": largest,
    "min": smallest,
    "floor": floor,
    "ceil": ceil,
    "round": round_,
    "int": whole,
    "int64": whole,
    "float64": number,
    "first": first,
    "last": last,
    "rest": rest,
    "initial": initial,
    "reverse": reverse,
    "uniq": uniq,
    "compact": compact,
    "has": has,
    "without": without,
    "sortAlpha": sort_alpha,
    "get": get,
    "hasKey": has_key,
    "keys": keys,
    "values": values,
    "pick": pick,
    "omit": omit,
    "empty": empty,
    "coalesce": coalesce,
    "ternary": ternary,
    "fail": fail,
}
