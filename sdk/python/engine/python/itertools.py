def count(start=0, step=1):
    while True:
        yield start
        start += step


def cycle(iterable):
    kept = []
    for item in iterable:
        kept.append(item)
        yield item
    while kept:
        yield from kept


def repeat(object, times=None):
    if times is None:
        while True:
            yield object
    for _ in range(times):
        yield object


class chain:
    def __init__(self, *iterables):
        self._items = _flat(iterables)

    @classmethod
    def from_iterable(cls, iterable):
        made = cls()
        made._items = _flat(iterable)
        return made

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)


def _flat(iterables):
    for iterable in iterables:
        yield from iterable


def islice(iterable, *bounds):
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (bounds + (1,))[:3]
    wanted, step = start or 0, step or 1
    if stop is not None and wanted >= stop:
        return
    for at, item in enumerate(iterable):
        if at == wanted:
            yield item
            wanted += step
        # What is behind the last item is not asked for.
        if stop is not None and at + 1 >= stop:
            return


def accumulate(iterable, func=None, *, initial=None):
    items = iter(iterable)
    if initial is None:
        for initial in items:
            break
        else:
            return
    yield initial
    for item in items:
        initial = initial + item if func is None else func(initial, item)
        yield initial


def takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            return
        yield item


def dropwhile(predicate, iterable):
    items = iter(iterable)
    for item in items:
        if not predicate(item):
            yield item
            break
    yield from items


def filterfalse(predicate, iterable):
    for item in iterable:
        if not (item if predicate is None else predicate(item)):
            yield item


def compress(data, selectors):
    for item, chosen in zip(data, selectors):
        if chosen:
            yield item


def starmap(function, iterable):
    for item in iterable:
        yield function(*item)


def pairwise(iterable):
    items = iter(iterable)
    for before in items:
        for item in items:
            yield before, item
            before = item


def batched(iterable, n):
    batch = []
    for item in iterable:
        batch.append(item)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def tee(iterable, n=2):
    items, waiting = iter(iterable), [[] for _ in range(n)]

    def branch(mine):
        while True:
            if not mine:
                try:
                    item = next(items)
                except StopIteration:
                    return
                for each in waiting:
                    each.append(item)
            yield mine.pop(0)

    return tuple([branch(each) for each in waiting])


def zip_longest(*iterables, fillvalue=None):
    columns = [iter(iterable) for iterable in iterables]
    end = object()
    while columns:
        row = [next(column, end) for column in columns]
        if all([item is end for item in row]):
            return
        yield tuple([fillvalue if item is end else item for item in row])


def product(*iterables, repeat=1):
    rows = [()]
    for pool in [list(iterable) for iterable in iterables] * repeat:
        rows = [row + (item,) for row in rows for item in pool]
    yield from rows


def groupby(iterable, key=None):
    group, last = [], None
    for item in iterable:
        value = item if key is None else key(item)
        if group and value != last:
            yield last, iter(group)
            group = []
        last = value
        group.append(item)
    if group:
        yield last, iter(group)


def _chosen(pool, left, start, is_repeated):
    if not left:
        yield ()
        return
    for at in range(start, len(pool)):
        for rest in _chosen(pool, left - 1, at if is_repeated else at + 1, is_repeated):
            yield (pool[at],) + rest


def combinations(iterable, r):
    return _chosen(list(iterable), r, 0, False)


def combinations_with_replacement(iterable, r):
    return _chosen(list(iterable), r, 0, True)


def permutations(iterable, r=None):
    pool = list(iterable)

    def arranged(left, items):
        if not left:
            yield ()
            return
        for at, item in enumerate(items):
            for rest in arranged(left - 1, items[:at] + items[at + 1 :]):
                yield (item,) + rest

    return arranged(len(pool) if r is None else r, pool)
