from _pocket import monotonic, sleep, time

perf_counter = monotonic


def time_ns():
    return int(time() * 1000000) * 1000


def monotonic_ns():
    return int(monotonic() * 1000000) * 1000


perf_counter_ns = monotonic_ns


def gmtime(secs=None):
    from datetime import datetime

    return datetime.fromtimestamp(time() if secs is None else secs).timetuple()


localtime = gmtime  # The engine knows of no place on earth.


def strftime(format, t=None):
    from datetime import datetime

    return datetime(*(gmtime() if t is None else t)[:6]).strftime(format)
