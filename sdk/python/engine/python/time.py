from _pocket import monotonic, sleep, time

perf_counter = monotonic


def time_ns():
    return int(time() * 1000000) * 1000


def monotonic_ns():
    return int(monotonic() * 1000000) * 1000


perf_counter_ns = monotonic_ns
