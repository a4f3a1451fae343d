# Days of the calendar, counted from the first of January of the year 1.

MINYEAR, MAXYEAR = 1, 9999
EPOCH = 719163  # 1970-01-01
_BEFORE_MONTH = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year, month):
    return (
        29
        if month == 2 and _is_leap(year)
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )


def ordinal(year, month, day):
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return days + _BEFORE_MONTH[month] + (month > 2 and _is_leap(year)) + day


def from_ordinal(number):
    if not 1 <= number <= 3652059:
        raise OverflowError("date value out of range")
    year = (number - 1) * 400 // 146097 + 1
    while ordinal(year, 1, 1) > number:
        year -= 1
    while year < MAXYEAR and ordinal(year + 1, 1, 1) <= number:
        year += 1
    month = 12
    while ordinal(year, month, 1) > number:
        month -= 1
    return year, month, number - ordinal(year, month, 1) + 1


def check_date(year, month, day):
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError("year %d is out of range" % year)
    if not 1 <= month <= 12:
        raise ValueError("month must be in 1..12")
    if not 1 <= day <= _days_in(year, month):
        raise ValueError("day is out of range for month")
