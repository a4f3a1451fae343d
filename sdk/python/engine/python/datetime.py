# Dates and times as in CPython. The engine knows of no place on earth: local time is UTC.

import time as _time

from _calendar import EPOCH, MAXYEAR, MINYEAR, check_date, from_ordinal, ordinal
from _datetime_text import iso_date, iso_time, parse_time, read_date, read_time, written
from _timespan import DAY, SECOND, Ordered, check_zone, delta, timedelta, timezone, tzinfo

UTC = timezone.utc


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


class date(Ordered):
    def __init__(self, year, month, day):
        check_date(year, month, day)
        self.year, self.month, self.day = year, month, day

    @classmethod
    def today(cls):
        return cls.fromtimestamp(_time.time())

    @classmethod
    def fromtimestamp(cls, timestamp):
        return cls(*from_ordinal(EPOCH + int(timestamp // 86400)))

    @classmethod
    def fromordinal(cls, n):
        return cls(*from_ordinal(n))

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
        return ordinal(self.year, self.month, self.day)

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isocalendar(self):
        thursday = from_ordinal(self.toordinal() - self.weekday() + 3)
        return (
            thursday[0],
            (ordinal(*thursday) - ordinal(thursday[0], 1, 1)) // 7 + 1,
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
        day = self.toordinal() - ordinal(self.year, 1, 1) + 1
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


class time(Ordered):
    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        _check_time(hour, minute, second, microsecond)
        check_zone(tzinfo)
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
        return ((self.hour * 60 + self.minute) * 60 + self.second) * SECOND + self.microsecond

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
        check_date(year, month, day)
        _check_time(hour, minute, second, microsecond)
        check_zone(tzinfo)
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
        check_zone(tz)
        whole = int(timestamp // 1)
        since = whole * SECOND + (round((timestamp - whole) * SECOND) if timestamp != whole else 0)
        found = _moment(cls, since + EPOCH * DAY, None)
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
        return cls(*from_ordinal(n))

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
        return cls(*parts, None if zone is None else timezone(delta(zone[0]), *zone[1:]))

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
        check_zone(zone)
        offset = self.utcoffset()
        there = _moment(type(self), self._us() - (offset._us if offset else 0), zone)
        return there + zone.utcoffset(there)

    def timestamp(self):
        offset = self.utcoffset()
        return (self._us() - (offset._us if offset else 0) - EPOCH * DAY) / SECOND

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
        return self.toordinal() * DAY + seconds * SECOND + self.microsecond

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
        return delta(self._us() - other._us() - ((mine - its)._us if mine is not None else 0))


datetime.min, datetime.max = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
datetime.resolution = timedelta.resolution


def _moment(cls, microseconds, zone):
    day, rest = divmod(microseconds, DAY)
    seconds, microsecond = divmod(rest, SECOND)
    clock = seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond
    return cls(*from_ordinal(day), *clock, zone)


def _zone(offset):
    if offset is None:
        return None
    return timezone.utc if offset == 0 else timezone(delta(offset))


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
