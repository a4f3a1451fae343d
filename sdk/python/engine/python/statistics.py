from math import fabs, log, exp, sqrt


class StatisticsError(ValueError):
    pass


def _listed(data, least, message):
    values = list(data)
    if len(values) < least:
        raise StatisticsError(message)
    return values


def fsum(values):
    # Neumaier's sum, which loses no digits of what is added.
    total = lost = 0.0
    for value in values:
        both = total + value
        lost += (total - both) + value if fabs(total) >= fabs(value) else (value - both) + total
        total = both
    return total + lost


def mean(data):
    values = _listed(data, 1, "mean requires at least one data point")
    if all([isinstance(value, int) for value in values]):
        total = sum(values)
        return total // len(values) if total % len(values) == 0 else total / len(values)
    return fsum(values) / len(values)


def fmean(data, weights=None):
    values = _listed(data, 1, "fmean requires at least one data point")
    if weights is None:
        return fsum(values) / len(values)
    weights = list(weights)
    return fsum([value * weight for value, weight in zip(values, weights)]) / fsum(weights)


def geometric_mean(data):
    values = _listed(data, 1, "geometric mean requires a non-empty dataset")
    return exp(fsum([log(value) for value in values]) / len(values))


def harmonic_mean(data):
    values = _listed(data, 1, "harmonic_mean requires at least one data point")
    return len(values) / fsum([1 / value for value in values]) if all(values) else 0


def median(data):
    values = sorted(_listed(data, 1, "no median for empty data"))
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def median_low(data):
    values = sorted(_listed(data, 1, "no median for empty data"))
    return values[(len(values) - 1) // 2]


def median_high(data):
    values = sorted(_listed(data, 1, "no median for empty data"))
    return values[len(values) // 2]


def multimode(data):
    counts, order = {}, []
    for value in data:
        if value not in counts:
            order.append(value)
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values()) if counts else 0
    return [value for value in order if counts[value] == most]


def mode(data):
    found = multimode(data)
    if not found:
        raise StatisticsError("no mode for empty data")
    return found[0]


def _squares(values, center):
    center = fsum(values) / len(values) if center is None else center
    return fsum([(value - center) * (value - center) for value in values])


def pvariance(data, mu=None):
    values = _listed(data, 1, "pvariance requires at least one data point")
    return _squares(values, mu) / len(values)


def variance(data, xbar=None):
    values = _listed(data, 2, "variance requires at least two data points")
    return _squares(values, xbar) / (len(values) - 1)


def pstdev(data, mu=None):
    return sqrt(pvariance(data, mu))


def stdev(data, xbar=None):
    values = _listed(data, 2, "stdev requires at least two data points")
    return sqrt(variance(values, xbar))


def quantiles(data, *, n=4, method="exclusive"):
    values = sorted(_listed(data, 2, "must have at least two data points"))
    if n < 1:
        raise StatisticsError("n must be at least 1")
    size = len(values)
    cuts = []
    for part in range(1, n):
        if method == "inclusive":
            at, rest = divmod(part * (size - 1), n)
            cuts.append((values[at] * (n - rest) + values[at + 1] * rest) / n)
        elif method == "exclusive":
            at = min(max(part * (size + 1) // n, 1), size - 1)
            rest = part * (size + 1) - at * n
            cuts.append((values[at - 1] * (n - rest) + values[at] * rest) / n)
        else:
            raise ValueError("Unknown method: " + repr(method))
    return cuts
