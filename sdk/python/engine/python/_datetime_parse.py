# strptime, with the names of the C locale.

import re

from _datetime_text import _DAYS, _MONTHS

_PATTERNS = {
    "d": "3[01]|[12]\\d|0[1-9]|[1-9]| [1-9]",
    "f": "[0-9]{1,6}",
    "H": "2[0-3]|[0-1]\\d|\\d",
    "I": "1[0-2]|0[1-9]|[1-9]",
    "j": "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]",
    "m": "1[0-2]|0[1-9]|[1-9]",
    "M": "[0-5]\\d|\\d",
    "S": "6[0-1]|[0-5]\\d|\\d",
    "w": "[0-6]",
    "y": "\\d\\d",
    "Y": "\\d\\d\\d\\d",
    "z": "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z",
    "p": "am|pm",
    "Z": "utc|gmt",
    "A": "|".join(_DAYS),
    "a": "|".join([name[:3] for name in _DAYS]),
    "B": "|".join(_MONTHS),
    "b": "|".join([name[:3] for name in _MONTHS]),
}
_ALIASES = {"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}


def _pattern(format_):
    parts, at = [], 0
    while at < len(format_):
        character = format_[at]
        at += 1
        if character in " \t\n\r\f\v":
            while format_[at : at + 1] and format_[at] in " \t\n\r\f\v":
                at += 1
            parts.append("\\s+")
        elif character != "%":
            parts.append(re.escape(character))
        else:
            letter = format_[at : at + 1]
            at += 1
            if letter == "%":
                parts.append("%")
            elif letter in _ALIASES and letter:
                parts.append(_pattern(_ALIASES[letter]))
            elif letter not in _PATTERNS or not letter:
                if not letter:
                    raise ValueError("stray %% in format '%s'" % format_)
                raise ValueError("'%s' is a bad directive in format '%s'" % (letter, format_))
            else:
                parts.append("(?P<" + letter + ">" + _PATTERNS[letter] + ")")
    return "".join(parts)


def parsed(text, format_):
    # The seven numbers of a datetime; and None, or its offset in microseconds and name.
    found = re.compile(_pattern(format_), re.IGNORECASE).match(text)
    if found is None:
        raise ValueError("time data %r does not match format %r" % (text, format_))
    if found.end() != len(text):
        raise ValueError("unconverted data remains: " + text[found.end() :])
    given = found.groupdict()

    def number(letter, default):
        return int(given[letter]) if letter in given else default

    year = number("Y", 1900)
    if "y" in given:
        year = int(given["y"])
        year += 2000 if year <= 68 else 1900
    month, day = _month(given, number), number("d", 1)
    if "j" in given and "d" not in given:
        from datetime import date, timedelta

        there = date(year, 1, 1) + timedelta(int(given["j"]) - 1)
        year, month, day = there.year, there.month, there.day
    fraction = int((given.get("f", "0") + "00000")[:6])
    second = number("S", 0)
    return (year, month, day, _hour(given, number), number("M", 0), second, fraction), _zone(given)


def _month(given, number):
    for letter, length in (("B", 99), ("b", 3)):
        if letter in given:
            names = [name[:length].lower() for name in _MONTHS]
            return names.index(given[letter].lower()) + 1
    return number("m", 1)


def _hour(given, number):
    hour = number("H", 0)
    if "I" in given:
        hour = int(given["I"]) % 12 + (12 if given.get("p", "").lower() == "pm" else 0)
    return hour


def _zone(given):
    text = given.get("z")
    if text is None:
        name = given.get("Z")
        return None if name is None else None
    if text == "Z" or text == "z":
        return (0,)
    digits = text[1:].replace(":", "")
    fraction = digits[7:]
    seconds = (int(digits[:2]) * 60 + int(digits[2:4])) * 60 + int(digits[4:6] or 0)
    offset = seconds * 1000000 + int((fraction + "000000")[:6])
    return (-offset if text[0] == "-" else offset,)
