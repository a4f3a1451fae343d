def count(start=0, step=1):
    while True:
        yield start
        start += step


def chain(*iterables):
    for iterable in iterables:
        yield from iterable


def islice(iterable, *bounds):
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (bounds + (1,))[:3]
    wanted = start
    for at, item in enumerate(iterable):
        if stop is not None and at >= stop:
            return
        if at == wanted:
            yield item
            wanted += step


def accumulate(iterable, func=lambda a, b: a + b):
    total = None
    for at, item in enumerate(iterable):
        total = func(total, item) if at else item
        yield total


def takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            return
        yield item


def product(*iterables):
    rows = [()]
    for pool in map(list, iterables):
        rows = [row + (item,) for row in rows for item in pool]
    yield from rows


def groupby(iterable, key=lambda item: item):
    group, last = [], None
    for item in iterable:
        value = key(item)
        if group and value != last:
            yield last, iter(group)
            group = []
        last = value
        group.append(item)
    if group:
        yield last, iter(group)


def combinations(iterable, r):
    pool = list(iterable)

    def chosen(start, left):
        if not left:
            yield ()
            return
        for at in range(start, len(pool) - left + 1):
            for rest in chosen(at + 1, left - 1):
                yield (pool[at],) + rest

    yield from chosen(0, r)
