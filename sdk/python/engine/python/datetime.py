# Dates and times as in CPython. The engine knows of no place on earth: local time is UTC.

import time as _time

from _datetime_text import (
    iso_date,
    iso_time,
    offset_text,
    parse_time,
    read_date,
    read_time,
    written,
)

MINYEAR, MAXYEAR = 1, 9999
_DAY, _SECOND = 86400000000, 1000000  # In microseconds.
_BEFORE_MONTH = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_EPOCH = 719163  # The ordinal of 1970-01-01.


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year, month):
    return (
        29
        if month == 2 and _is_leap(year)
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )


def _ordinal(year, month, day):
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return days + _BEFORE_MONTH[month] + (month > 2 and _is_leap(year)) + day


def _from_ordinal(number):
    if not 1 <= number <= 3652059:
        raise OverflowError("date value out of range")
    year = (number - 1) * 400 // 146097 + 1
    while _ordinal(year, 1, 1) > number:
        year -= 1
    while year < MAXYEAR and _ordinal(year + 1, 1, 1) <= number:
        year += 1
    month = 12
    while _ordinal(year, month, 1) > number:
        month -= 1
    return year, month, number - _ordinal(year, month, 1) + 1


def _check_date(year, month, day):
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError("year %d is out of range" % year)
    if not 1 <= month <= 12:
        raise ValueError("month must be in 1..12")
    if not 1 <= day <= _days_in(year, month):
        raise ValueError("day is out of range for month")


def _check_time(hour, minute, second, microsecond):
    limits = (
        ("hour", hour, 23),
        ("minute", minute, 59),
        ("second", second, 59),
        ("microsecond", microsecond, 999999),
    )
    for name, value, most in limits:
        if not 0 <= value <= most:
            raise ValueError("%s must be in 0..%d" % (name, most))


def _check_zone(tzinfo_):
    if tzinfo_ is not None and not isinstance(tzinfo_, tzinfo):
        raise TypeError("tzinfo argument must be None or of a tzinfo subclass")


def _round(value, by):
    # To the nearest; a half to the even one.
    quotient, rest = divmod(value, by)
    return quotient + (2 * rest > by or (2 * rest == by and quotient % 2 == 1))


class _Ordered:
    # Compared by `_key(other)`, which is None where the two cannot be.
    def __eq__(self, other):
        pair = self._pair(other, False)
        return pair is not None and pair[0] == pair[1]

    def __ne__(self, other):
        return not self == other

    def __lt__(self, other):
        mine, its = self._pair(other, True)
        return mine < its

    def __le__(self, other):
        mine, its = self._pair(other, True)
        return mine <= its

    def __gt__(self, other):
        mine, its = self._pair(other, True)
        return mine > its

    def __ge__(self, other):
        mine, its = self._pair(other, True)
        return mine >= its

    def _incomparable(self, other, is_order):
        if not is_order:
            return None
        names = type(self).__name__, type(other).__name__
        raise TypeError("can't compare datetime.%s to %s" % names)


class timedelta(_Ordered):
    def __init__(
        self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0
    ):
        total = 0
        pairs = (
            (days + weeks * 7, _DAY),
            (seconds + minutes * 60 + hours * 3600, _SECOND),
            (microseconds + milliseconds * 1000, 1),
        )
        for amount, unit in pairs:
            if isinstance(amount, float):
                whole = int(amount)
                total += whole * unit + round((amount - whole) * unit)
            else:
                total += amount * unit
        self._us = total
        if not -999999999 <= self.days <= 999999999:
            raise OverflowError("days=%d; must have magnitude <= 999999999" % self.days)

    @property
    def days(self):
        return self._us // _DAY

    @property
    def seconds(self):
        return self._us % _DAY // _SECOND

    @property
    def microseconds(self):
        return self._us % _SECOND

    def total_seconds(self):
        return self._us / _SECOND

    def _pair(self, other, is_order):
        return (
            (self._us, other._us)
            if isinstance(other, timedelta)
            else self._incomparable(other, is_order)
        )

    def __hash__(self):
        return hash(self._us)

    def __bool__(self):
        return self._us != 0

    def __add__(self, other):
        if isinstance(other, timedelta):
            return _delta(self._us + other._us)
        return other + self if isinstance(other, date) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        return _delta(self._us - other._us) if isinstance(other, timedelta) else NotImplemented

    def __neg__(self):
        return _delta(-self._us)

    def __pos__(self):
        return self

    def __abs__(self):
        return _delta(abs(self._us))

    def __mul__(self, factor):
        if isinstance(factor, float):
            return _delta(round(self._us * factor))
        return _delta(self._us * factor) if isinstance(factor, int) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._us / other._us
        if isinstance(other, float):
            return _delta(round(self._us / other))
        return _delta(_round(self._us, other) if other > 0 else _round(-self._us, -other))

    def __floordiv__(self, other):
        return self._us // other._us if isinstance(other, timedelta) else _delta(self._us // other)

    def __mod__(self, other):
        return _delta(self._us % other._us)

    def __divmod__(self, other):
        return self // other, self % other

    def __str__(self):
        text = "%d:%02d:%02d" % (self.seconds // 3600, self.seconds // 60 % 60, self.seconds % 60)
        if self.days:
            text = "%d day%s, %s" % (self.days, "" if abs(self.days) == 1 else "s", text)
        return text + (".%06d" % self.microseconds if self.microseconds else "")

    def __repr__(self):
        parts = [(name, getattr(self, name)) for name in ("days", "seconds", "microseconds")]
        given = ["%s=%d" % part for part in parts if part[1]]
        return "datetime.timedelta(" + (", ".join(given) or "0") + ")"


def _delta(microseconds):
    return timedelta(0, 0, microseconds)


timedelta.resolution = timedelta(microseconds=1)
timedelta.min = timedelta(-999999999)
timedelta.max = timedelta(999999999, 86399, 999999)


class tzinfo:
    def utcoffset(self, dt):
        raise NotImplementedError("a tzinfo subclass must implement utcoffset()")

    tzname = dst = utcoffset


class timezone(tzinfo):
    def __init__(self, offset, name=None):
        if not isinstance(offset, timedelta):
            raise TypeError("offset must be a timedelta")
        if abs(offset._us) >= _DAY:
            raise ValueError(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24)."
            )
        self._offset, self._name = offset, name

    def utcoffset(self, dt):
        return self._offset

    def tzname(self, dt):
        if self._name is not None:
            return self._name
        return "UTC" + (offset_text(self._offset, ":") if self._offset else "")

    def dst(self, dt):
        return None

    def __eq__(self, other):
        return isinstance(other, timezone) and self._offset == other._offset

    def __hash__(self):
        return hash(self._offset)

    def __str__(self):
        return self.tzname(None)

    def __repr__(self):
        if self is timezone.utc:
            return "datetime.timezone.utc"
        return "datetime.timezone(%r%s)" % (
            self._offset,
            "" if self._name is None else ", %r" % (self._name,),
        )


UTC = timezone.utc = timezone(timedelta(0))


class date(_Ordered):
    def __init__(self, year, month, day):
        _check_date(year, month, day)
        self.year, self.month, self.day = year, month, day

    @classmethod
    def today(cls):
        return cls.fromtimestamp(_time.time())

    @classmethod
    def fromtimestamp(cls, timestamp):
        return cls(*_from_ordinal(_EPOCH + int(timestamp // 86400)))

    @classmethod
    def fromordinal(cls, n):
        return cls(*_from_ordinal(n))

    @classmethod
    def fromisoformat(cls, text):
        return cls(*read_date(text, text, cls.fromisocalendar))

    @classmethod
    def fromisocalendar(cls, year, week, day):
        first = date(year, 1, 4)
        last = date(year, 12, 28).isocalendar()[1]
        if not 1 <= week <= last:
            raise ValueError("Invalid week: %d" % week)
        if not 1 <= day <= 7:
            raise ValueError("Invalid weekday: %d (range is [1, 7])" % day)
        return cls.fromordinal(first.toordinal() - first.weekday() + (week - 1) * 7 + day - 1)

    def toordinal(self):
        return _ordinal(self.year, self.month, self.day)

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isocalendar(self):
        thursday = _from_ordinal(self.toordinal() - self.weekday() + 3)
        return (
            thursday[0],
            (_ordinal(*thursday) - _ordinal(thursday[0], 1, 1)) // 7 + 1,
            self.isoweekday(),
        )

    def replace(self, year=None, month=None, day=None):
        return type(self)(
            self.year if year is None else year,
            self.month if month is None else month,
            self.day if day is None else day,
        )

    def timetuple(self):
        return self._timetuple(0, 0, 0, -1)

    def _timetuple(self, hour, minute, second, is_dst):
        day = self.toordinal() - _ordinal(self.year, 1, 1) + 1
        return self.year, self.month, self.day, hour, minute, second, self.weekday(), day, is_dst

    def isoformat(self):
        return iso_date(self)

    def strftime(self, format):
        return written(self, time(), format)

    def ctime(self):
        return self.strftime("%a %b %e %H:%M:%S %Y")

    def __str__(self):
        return self.isoformat()

    def __format__(self, format_spec):
        return self.strftime(format_spec) if format_spec else str(self)

    def __repr__(self):
        return "datetime.date(%d, %d, %d)" % (self.year, self.month, self.day)

    def _pair(self, other, is_order):
        if not isinstance(other, date) or isinstance(other, datetime):
            return self._incomparable(other, is_order)
        return self.toordinal(), other.toordinal()

    def __hash__(self):
        return hash(self.toordinal())

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return type(self).fromordinal(self.toordinal() + other.days)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return type(self).fromordinal(self.toordinal() - other.days)
        if isinstance(other, date) and not isinstance(other, datetime):
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented


date.min, date.max, date.resolution = date(1, 1, 1), date(9999, 12, 31), timedelta(1)


class time(_Ordered):
    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        _check_time(hour, minute, second, microsecond)
        _check_zone(tzinfo)
        self.hour, self.minute, self.second, self.microsecond = hour, minute, second, microsecond
        self.tzinfo, self.fold = tzinfo, fold

    @classmethod
    def fromisoformat(cls, text):
        hour, minute, second, microsecond, zone = read_time(
            text[1:] if text[:1] == "T" else text, text
        )
        return cls(hour, minute, second, microsecond, _zone(zone))

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(None)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(None)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(None)

    def replace(self, **changed):
        return _replaced(self, changed, ("hour", "minute", "second", "microsecond", "tzinfo"))

    def isoformat(self, timespec="auto"):
        return iso_time(self, timespec)

    def strftime(self, format):
        return written(date(1900, 1, 1), self, format)

    def __format__(self, format_spec):
        return self.strftime(format_spec) if format_spec else str(self)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        return "datetime.time(" + _listed(self, ("hour", "minute"), ("second", "microsecond")) + ")"

    def _us(self):
        return ((self.hour * 60 + self.minute) * 60 + self.second) * _SECOND + self.microsecond

    def _pair(self, other, is_order):
        if not isinstance(other, time):
            return self._incomparable(other, is_order)
        return _with_offsets(self, other, self._us(), other._us(), is_order, "times")

    def __hash__(self):
        offset = self.utcoffset()
        return hash(self._us() - (offset._us if offset else 0))


time.min, time.max, time.resolution = time(), time(23, 59, 59, 999999), timedelta.resolution


class datetime(date):
    def __init__(
        self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0
    ):
        _check_date(year, month, day)
        _check_time(hour, minute, second, microsecond)
        _check_zone(tzinfo)
        self.year, self.month, self.day = year, month, day
        self.hour, self.minute, self.second, self.microsecond = hour, minute, second, microsecond
        self.tzinfo, self.fold = tzinfo, fold

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(_time.time())

    @classmethod
    def today(cls):
        return cls.now()

    @classmethod
    def fromtimestamp(cls, timestamp, tz=None):
        _check_zone(tz)
        whole = int(timestamp // 1)
        since = whole * _SECOND + (
            round((timestamp - whole) * _SECOND) if timestamp != whole else 0
        )
        found = _moment(cls, since + _EPOCH * _DAY, None)
        return found if tz is None else found.replace(tzinfo=timezone.utc).astimezone(tz)

    utcfromtimestamp = fromtimestamp

    @classmethod
    def combine(cls, date, time, tzinfo=True):
        zone = time.tzinfo if tzinfo is True else tzinfo
        parts = (
            date.year,
            date.month,
            date.day,
            time.hour,
            time.minute,
            time.second,
            time.microsecond,
        )
        return cls(*parts, zone)

    @classmethod
    def fromordinal(cls, n):
        return cls(*_from_ordinal(n))

    @classmethod
    def fromisoformat(cls, text):
        split = parse_time(text)
        day = date(*read_date(text[:split], text, date.fromisocalendar))
        hour, minute, second, microsecond, zone = (
            read_time(text[split + 1 :], text) if split < len(text) else (0, 0, 0, 0, None)
        )
        return cls.combine(day, time(hour, minute, second, microsecond, _zone(zone)))

    @classmethod
    def strptime(cls, date_string, format):
        from _datetime_parse import parsed

        parts, zone = parsed(date_string, format)
        return cls(*parts, None if zone is None else timezone(_delta(zone[0]), *zone[1:]))

    def date(self):
        return date(self.year, self.month, self.day)

    def time(self):
        return time(self.hour, self.minute, self.second, self.microsecond)

    def timetz(self):
        return self.time().replace(tzinfo=self.tzinfo)

    def utcoffset(self):
        return None if self.tzinfo is None else self.tzinfo.utcoffset(self)

    def tzname(self):
        return None if self.tzinfo is None else self.tzinfo.tzname(self)

    def dst(self):
        return None if self.tzinfo is None else self.tzinfo.dst(self)

    def replace(self, **changed):
        names = "year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo"
        return _replaced(self, changed, names)

    def astimezone(self, tz=None):
        zone = timezone.utc if tz is None else tz
        _check_zone(zone)
        offset = self.utcoffset()
        there = _moment(type(self), self._us() - (offset._us if offset else 0), zone)
        return there + zone.utcoffset(there)

    def timestamp(self):
        offset = self.utcoffset()
        return (self._us() - (offset._us if offset else 0) - _EPOCH * _DAY) / _SECOND

    def timetuple(self):
        return self._timetuple(self.hour, self.minute, self.second, -1)

    def utctimetuple(self):
        there = self.astimezone(timezone.utc)
        return there._timetuple(there.hour, there.minute, there.second, 0)

    def isoformat(self, sep="T", timespec="auto"):
        return iso_date(self) + sep + iso_time(self, timespec)

    def strftime(self, format):
        return written(self, self, format)

    def __str__(self):
        return self.isoformat(" ")

    def __repr__(self):
        names = "year", "month", "day", "hour", "minute"
        return "datetime.datetime(" + _listed(self, names, ("second", "microsecond")) + ")"

    def _us(self):
        seconds = (self.hour * 60 + self.minute) * 60 + self.second
        return self.toordinal() * _DAY + seconds * _SECOND + self.microsecond

    def _pair(self, other, is_order):
        if not isinstance(other, datetime):
            return self._incomparable(other, is_order)
        return _with_offsets(self, other, self._us(), other._us(), is_order, "datetimes")

    def __hash__(self):
        offset = self.utcoffset()
        return hash(self._us() - (offset._us if offset else 0))

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return _moment(type(self), self._us() + other._us, self.tzinfo)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return _moment(type(self), self._us() - other._us, self.tzinfo)
        if not isinstance(other, datetime):
            return NotImplemented
        mine, its = self.utcoffset(), other.utcoffset()
        if (mine is None) != (its is None):
            raise TypeError("can't subtract offset-naive and offset-aware datetimes")
        return _delta(self._us() - other._us() - ((mine - its)._us if mine is not None else 0))


datetime.min, datetime.max = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
datetime.resolution = timedelta.resolution


def _moment(cls, microseconds, zone):
    day, rest = divmod(microseconds, _DAY)
    seconds, microsecond = divmod(rest, _SECOND)
    clock = seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond
    return cls(*_from_ordinal(day), *clock, zone)


def _zone(offset):
    if offset is None:
        return None
    return timezone.utc if offset == 0 else timezone(_delta(offset))


def _replaced(value, changed, names):
    for name in changed:
        if name not in names and name != "fold":
            raise TypeError("replace() got an unexpected keyword argument " + repr(name))
    return type(value)(*[changed.get(name, getattr(value, name)) for name in names])


def _listed(value, always, optional):
    given = [getattr(value, name) for name in optional]
    while given and not given[-1]:
        given.pop()
    parts = [str(getattr(value, name)) for name in always] + [str(part) for part in given]
    if value.tzinfo is not None:
        parts.append("tzinfo=" + repr(value.tzinfo))
    return ", ".join(parts)


def _with_offsets(one, other, mine, its, is_order, what):
    offset, its_offset = one.utcoffset(), other.utcoffset()
    if (offset is None) != (its_offset is None):
        if is_order:
            raise TypeError("can't compare offset-naive and offset-aware " + what)
        return None
    if offset is not None:
        return mine - offset._us, its - its_offset._us
    return mine, its
