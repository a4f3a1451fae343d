def reduce(function, iterable, *initial):
    items = iter(iterable)
    value = initial[0] if initial else next(items)
    for item in items:
        value = function(value, item)
    return value


def partial(func, *args, **keywords):
    def call(*more, **named):
        given = dict(keywords)
        given.update(named)
        return func(*args, *more, **given)

    return call


def wraps(_wrapped):
    return lambda wrapper: wrapper


def cache(user_function):
    known = {}

    def call(*args):
        if args not in known:
            known[args] = user_function(*args)
        return known[args]

    return call


def lru_cache(maxsize=128):
    return cache(maxsize) if callable(maxsize) else cache
