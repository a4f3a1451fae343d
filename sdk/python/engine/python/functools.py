def reduce(function, iterable, *initial):
    items = iter(iterable)
    if initial:
        value = initial[0]
    else:
        for value in items:
            break
        else:
            raise TypeError("reduce() of empty iterable with no initial value")
    for item in items:
        value = function(value, item)
    return value


def partial(func, *args, **keywords):
    def call(*more, **named):
        given = dict(keywords)
        given.update(named)
        return func(*args, *more, **given)

    return call


# Functions of the engine keep no name but their own.


def wraps(_wrapped, *_others):
    return lambda wrapper: wrapper


def update_wrapper(wrapper, _wrapped, *_others):
    return wrapper


class _Cached:
    def __init__(self, function, most):
        from collections import OrderedDict

        self.__wrapped__, self._most = function, most
        self._known = OrderedDict() if most else {}
        self._hits = self._misses = 0

    def __call__(self, *args, **named):
        key = (args, tuple(sorted(named.items()))) if named else args
        known = self._known
        if key in known:
            self._hits += 1
            value = known[key]
            if self._most:
                del known[key]
                known[key] = value
            return value
        self._misses += 1
        value = self.__wrapped__(*args, **named)
        if self._most != 0:
            known[key] = value
            if self._most and len(known) > self._most:
                del known[next(iter(known))]
        return value

    def cache_clear(self):
        self._known.clear()
        self._hits = self._misses = 0

    def cache_info(self):
        return self._hits, self._misses, self._most, len(self._known)


def _cached(function, most):
    cached = _Cached(function, most)

    # A function, so that it is bound where it is a method.
    def call(*args, **named):
        return cached(*args, **named)

    return call


def cache(user_function):
    return _cached(user_function, None)


def lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return _cached(maxsize, 128)
    return lambda function: _cached(function, maxsize)


def cmp_to_key(mycmp):
    class Key:
        def __init__(self, value):
            self.value = value

        def __lt__(self, other):
            return mycmp(self.value, other.value) < 0

        def __gt__(self, other):
            return mycmp(self.value, other.value) > 0

        def __eq__(self, other):
            return mycmp(self.value, other.value) == 0

    return Key


def total_ordering(cls):
    own = cls.__dict__
    if "__lt__" in own:
        less = own["__lt__"]
    elif "__gt__" in own:
        less = lambda self, other: own["__gt__"](other, self)
    elif "__le__" in own:
        less = lambda self, other: own["__le__"](self, other) and self != other
    elif "__ge__" in own:
        less = lambda self, other: not own["__ge__"](self, other)
    else:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    pairs = (
        ("__lt__", less),
        ("__gt__", lambda self, other: not less(self, other) and self != other),
        ("__le__", lambda self, other: less(self, other) or self == other),
        ("__ge__", lambda self, other: not less(self, other)),
    )
    for name, function in pairs:
        if name not in own:
            setattr(cls, name, function)
    return cls


class cached_property:
    def __init__(self, func):
        self._function = func

    def __set_name__(self, _owner, name):
        self._name = name

    def __get__(self, instance, _owner=None):
        if instance is None:
            return self
        value = self._function(instance)
        object.__setattr__(instance, self._name, value)
        return value
