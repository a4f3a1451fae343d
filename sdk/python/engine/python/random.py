# Random numbers; the engine draws a new state from the host after every restore.

from _pocket import bits32, random, seed as _seed


def seed(a=None):
    if a is None:
        a = getrandbits(64)
    _seed(a if isinstance(a, int) else hash(a))


def getrandbits(k):
    value = 0
    for _ in range((k + 31) // 32):
        value = value << 32 | bits32()
    return value >> -k % 32


def _below(limit):
    bits = 0
    while limit >> bits:
        bits += 1
    value = getrandbits(bits)
    while value >= limit:
        value = getrandbits(bits)
    return value


def randrange(start, stop=None, step=1):
    numbers = range(start) if stop is None else range(start, stop, step)
    if not numbers:
        raise ValueError("empty range for randrange()")
    return numbers[_below(len(numbers))]


def randint(a, b):
    return randrange(a, b + 1)


def uniform(a, b):
    return a + (b - a) * random()


def choice(seq):
    if not seq:
        raise IndexError("Cannot choose from an empty sequence")
    return seq[_below(len(seq))]


def choices(population, weights=None, *, cum_weights=None, k=1):
    if weights is None and cum_weights is None:
        return [choice(population) for _ in range(k)]
    from bisect import bisect
    from itertools import accumulate

    sums = list(accumulate(weights) if cum_weights is None else cum_weights)
    if len(sums) != len(population):
        raise ValueError("The number of weights does not match the population")
    return [population[bisect(sums, random() * sums[-1], 0, len(sums) - 1)] for _ in range(k)]


def gauss(mu=0.0, sigma=1.0):
    from math import cos, log, pi, sqrt

    return mu + sigma * sqrt(-2 * log(1 - random())) * cos(2 * pi * random())


normalvariate = gauss


def expovariate(lambd=1.0):
    from math import log

    return -log(1 - random()) / lambd


def shuffle(x):
    for last in range(len(x) - 1, 0, -1):
        other = _below(last + 1)
        x[last], x[other] = x[other], x[last]


def sample(population, k):
    pool = list(population)
    if not 0 <= k <= len(pool):
        raise ValueError("Sample larger than population or is negative")
    for at in range(k):
        other = at + _below(len(pool) - at)
        pool[at], pool[other] = pool[other], pool[at]
    return pool[:k]
