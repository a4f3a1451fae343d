# Spans of time and time zones, and what dates and times have in common with them.

from _datetime_text import offset_text

DAY, SECOND = 86400000000, 1000000  # In microseconds.


def check_zone(tzinfo_):
    if tzinfo_ is not None and not isinstance(tzinfo_, tzinfo):
        raise TypeError("tzinfo argument must be None or of a tzinfo subclass")


def _round(value, by):
    # To the nearest; a half to the even one.
    quotient, rest = divmod(value, by)
    return quotient + (2 * rest > by or (2 * rest == by and quotient % 2 == 1))


class Ordered:
    # Compared by the two values of `_pair(other, is_order)`, None where they cannot be.
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


class timedelta(Ordered):
    def __init__(
        self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0
    ):
        total = 0
        pairs = (
            (days + weeks * 7, DAY),
            (seconds + minutes * 60 + hours * 3600, SECOND),
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
        return self._us // DAY

    @property
    def seconds(self):
        return self._us % DAY // SECOND

    @property
    def microseconds(self):
        return self._us % SECOND

    def total_seconds(self):
        return self._us / SECOND

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
            return delta(self._us + other._us)
        return NotImplemented

    __radd__ = __add__

    def __sub__(self, other):
        return delta(self._us - other._us) if isinstance(other, timedelta) else NotImplemented

    def __neg__(self):
        return delta(-self._us)

    def __pos__(self):
        return self

    def __abs__(self):
        return delta(abs(self._us))

    def __mul__(self, factor):
        if isinstance(factor, float):
            return delta(round(self._us * factor))
        return delta(self._us * factor) if isinstance(factor, int) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._us / other._us
        if isinstance(other, float):
            return delta(round(self._us / other))
        return delta(_round(self._us, other) if other > 0 else _round(-self._us, -other))

    def __floordiv__(self, other):
        return self._us // other._us if isinstance(other, timedelta) else delta(self._us // other)

    def __mod__(self, other):
        return delta(self._us % other._us)

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


def delta(microseconds):
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
        if abs(offset._us) >= DAY:
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


timezone.utc = timezone(timedelta(0))
