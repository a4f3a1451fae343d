# Dates and times as text, and ISO 8601 back.

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def iso_date(day):
    return "%04d-%02d-%02d" % (day.year, day.month, day.day)


def iso_time(clock, timespec):
    if timespec == "auto":
        timespec = "microseconds" if clock.microsecond else "seconds"
    text = "%02d" % clock.hour
    if timespec != "hours":
        text += ":%02d" % clock.minute
        if timespec != "minutes":
            text += ":%02d" % clock.second
            if timespec == "milliseconds":
                text += ".%03d" % (clock.microsecond // 1000)
            elif timespec == "microseconds":
                text += ".%06d" % clock.microsecond
            elif timespec != "seconds":
                raise ValueError("Unknown timespec value")
    offset = clock.utcoffset()
    return text if offset is None else text + offset_text(offset, ":")


def offset_text(offset, separator):
    microseconds = abs(offset._us)
    seconds = microseconds // 1000000
    text = ("-" if offset._us < 0 else "+") + "%02d" % (seconds // 3600)
    text += separator + "%02d" % (seconds // 60 % 60)
    if seconds % 60 or microseconds % 1000000:
        text += separator + "%02d" % (seconds % 60)
    return text + (".%06d" % (microseconds % 1000000) if microseconds % 1000000 else "")


def written(day, clock, format_):
    # strftime, with the names of the C locale
    parts, at = [], 0
    while at < len(format_):
        if format_[at] != "%" or at + 1 == len(format_):
            parts.append(format_[at])
            at += 1
            continue
        parts.append(_directive(format_[at + 1], day, clock))
        at += 2
    return "".join(parts)


def _directive(letter, day, clock):
    if letter in _ALIASES:
        return written(day, clock, _ALIASES[letter])
    if letter in "aAuw":
        weekday = day.weekday()
        return {
            "a": _DAYS[weekday][:3],
            "A": _DAYS[weekday],
            "u": str(weekday + 1),
            "w": str((weekday + 1) % 7),
        }[letter]
    if letter in "bBh":
        return _MONTHS[day.month - 1] if letter == "B" else _MONTHS[day.month - 1][:3]
    if letter in "jUW":
        number = day._timetuple(0, 0, 0, 0)[7]
        if letter == "j":
            return "%03d" % number
        weekday = (day.weekday() + (letter == "U")) % 7
        return "%02d" % ((number + 6 - weekday) // 7)
    if letter in "GV":
        return "%02d" % day.isocalendar()["GV".index(letter)]
    if letter in "zZ":
        offset = clock.utcoffset() if letter == "z" else clock.tzname()
        return "" if offset is None else offset if letter == "Z" else offset_text(offset, "")
    if letter == "f":
        return "%06d" % clock.microsecond
    if letter == "e":
        return "%2d" % day.day
    if letter == "p":
        return "AM" if clock.hour < 12 else "PM"
    if letter == "Y":
        return str(day.year)
    if letter == "s":
        raise ValueError("the directive %s is not supported")
    numbers = {"d": "day", "m": "month", "H": "hour", "M": "minute", "S": "second"}
    if letter in numbers:
        return "%02d" % getattr(day if letter in "dm" else clock, numbers[letter])
    if letter == "I":
        return "%02d" % ((clock.hour + 11) % 12 + 1)
    if letter in "yC":
        return "%02d" % (day.year % 100 if letter == "y" else day.year // 100)
    return {"%": "%", "n": "\n", "t": "\t"}.get(letter, "%" + letter)


_ALIASES = {
    "c": "%a %b %e %H:%M:%S %Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "F": "%Y-%m-%d",
    "D": "%m/%d/%y",
}
_ALIASES.update({"T": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p"})


def _wrong(text):
    return ValueError("Invalid isoformat string: " + repr(text))


def _number(text, whole):
    for character in text:
        if character not in "0123456789":
            raise _wrong(whole)
    if not text:
        raise _wrong(whole)
    return int(text)


def parse_time(text):
    # Where the date ends in a text that may have a time, too.
    if len(text) < 7:
        raise _wrong(text)
    if text[4] == "-":
        if text[5] != "W":
            return 10
        return 10 if text[8:9] == "-" and text[9:10] in tuple("0123456789") else 8
    if text[4] == "W":
        return 8 if text[7:8] in tuple("0123456789") else 7
    return 8


def read_date(text, whole, of_week):
    # (year, month, day)
    if text[4:5] == "W" or text[5:6] == "W":
        plain = text.replace("-", "")
        dashes = len(text) - len(plain)
        if (
            len(plain) not in (7, 8)
            or dashes not in (0, len(plain) - 6)
            or (dashes and text[4] != "-")
        ):
            raise _wrong(whole)
        if dashes == 2 and text[8] != "-":
            raise _wrong(whole)
        day = _number(plain[7:], whole) if len(plain) == 8 else 1
        found = of_week(_number(plain[:4], whole), _number(plain[5:7], whole), day)
        return found.year, found.month, found.day
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        parts = text[:4], text[5:7], text[8:]
    elif len(text) == 8:
        parts = text[:4], text[4:6], text[6:]
    else:
        raise _wrong(whole)
    return tuple([_number(part, whole) for part in parts])


def read_time(text, whole):
    # (hour, minute, second, microsecond, offset in microseconds or None)
    zone = None
    if text[-1:] == "Z":
        text, zone = text[:-1], 0
    else:
        for sign in "+-":
            at = text.find(sign)
            if at >= 0:
                hour, minute, second, microsecond = _clock(text[at + 1 :], whole)
                if minute > 59 or second > 59:
                    raise ValueError(
                        "offset must be less than a day, of 59 minutes and seconds at most"
                    )
                zone = ((hour * 60 + minute) * 60 + second) * 1000000 + microsecond
                text, zone = text[:at], -zone if sign == "-" else zone
    return _clock(text, whole) + (zone,)


def _clock(text, whole):
    for point in ".,":
        at = text.find(point)
        if at >= 0:
            break
    fraction = ""
    if at >= 0:
        text, fraction = text[:at], text[at + 1 :]
        if not fraction:
            raise _wrong(whole)
    parts = text.split(":") if ":" in text else [text[at : at + 2] for at in range(0, len(text), 2)]
    if not 1 <= len(parts) <= 3 or (fraction and len(parts) != 3):
        raise _wrong(whole)
    for part in parts:
        if len(part) != 2:
            raise _wrong(whole)
    numbers = [_number(part, whole) for part in parts] + [0, 0]
    if fraction:
        _number(fraction, whole)
        return numbers[0], numbers[1], numbers[2], int((fraction + "00000")[:6])
    return numbers[0], numbers[1], numbers[2], 0
