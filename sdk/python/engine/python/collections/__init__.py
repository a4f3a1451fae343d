from ucollections import OrderedDict, deque as _deque, namedtuple as _namedtuple


def namedtuple(typename, field_names, *, rename=False, defaults=None, module=None):
    if isinstance(field_names, str):
        field_names = field_names.replace(",", " ").split()
    names = tuple(field_names)
    kind = _namedtuple(typename, names)
    if not defaults:
        return kind
    missing = dict(zip(names[len(names) - len(defaults) :], defaults))

    # A function, as a subclass would no longer be a tuple that is compared and unpacked as one.
    def make(*values, **named):
        if len(values) > len(names):
            raise TypeError(
                typename + "() takes %d arguments, %d given" % (len(names), len(values))
            )
        given = dict(missing)
        given.update(zip(names, values))
        given.update(named)
        return kind(**given)

    return make


class deque:
    def __init__(self, iterable=(), maxlen=None):
        self._items = list(iterable)
        self._first = 0
        self.maxlen = maxlen
        self._trim(True)

    def _trim(self, is_left):
        # Takes away what is too many, and room at the beginning that nobody uses any more.
        if self.maxlen is not None and len(self) > self.maxlen:
            if is_left:
                self._first = len(self._items) - self.maxlen
            else:
                del self._items[self._first + self.maxlen :]
        if self._first > 32 and 2 * self._first > len(self._items):
            self._items = self._items[self._first :]
            self._first = 0

    def append(self, item):
        self._items.append(item)
        self._trim(True)

    def appendleft(self, item):
        if self._first == 0:
            room = len(self._items) // 2 + 8
            self._items = [None] * room + self._items
            self._first = room
        self._first -= 1
        self._items[self._first] = item
        if self.maxlen is not None:
            self._trim(False)

    def extend(self, iterable):
        for item in iterable:
            self.append(item)

    def extendleft(self, iterable):
        for item in iterable:
            self.appendleft(item)

    def pop(self):
        if not self:
            raise IndexError("pop from an empty deque")
        return self._items.pop()

    def popleft(self):
        if not self:
            raise IndexError("pop from an empty deque")
        item = self._items[self._first]
        self._items[self._first] = None
        self._first += 1
        self._trim(True)
        return item

    def clear(self):
        self._items, self._first = [], 0

    def _listed(self):
        return self._items[self._first :]

    def _replace(self, items):
        self._items, self._first = items, 0

    def count(self, item):
        return self._listed().count(item)

    def index(self, item):
        return self._listed().index(item)

    def remove(self, item):
        items = self._listed()
        items.remove(item)
        self._replace(items)

    def reverse(self):
        items = self._listed()
        items.reverse()
        self._replace(items)

    def rotate(self, n=1):
        items = self._listed()
        if items:
            n %= len(items)
            self._replace(items[len(items) - n :] + items[: len(items) - n])

    def copy(self):
        return deque(self._listed(), self.maxlen)

    def _at(self, index):
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError("deque index out of range")
        return self._first + index

    def __getitem__(self, index):
        return self._items[self._at(index)]

    def __setitem__(self, index, item):
        self._items[self._at(index)] = item

    def __len__(self):
        return len(self._items) - self._first

    def __bool__(self):
        return len(self) > 0

    def __iter__(self):
        return iter(self._listed())

    def __reversed__(self):
        return reversed(self._listed())

    def __contains__(self, item):
        return item in self._listed()

    def __eq__(self, other):
        return isinstance(other, deque) and self._listed() == other._listed()

    def __repr__(self):
        most = "" if self.maxlen is None else ", maxlen=%d" % self.maxlen
        return "deque(" + repr(self._listed()) + most + ")"


class defaultdict(dict):
    def __init__(self, default_factory=None, *args, **named):
        super().__init__(*args, **named)
        self.default_factory = default_factory

    def __getitem__(self, key):
        try:
            return super().__getitem__(key)
        except KeyError:
            if self.default_factory is None:
                raise
            value = self.default_factory()
            self[key] = value
            return value

    def copy(self):
        return defaultdict(self.default_factory, self)

    def __repr__(self):
        return "defaultdict(%r, %r)" % (self.default_factory, dict(self))


class Counter(dict):
    def __init__(self, iterable=(), **named):
        super().__init__()
        self.update(iterable, **named)

    def __getitem__(self, key):
        return self.get(key, 0)

    def _change(self, iterable, named, sign):
        if isinstance(iterable, dict):
            for key, count in iterable.items():
                self[key] = self.get(key, 0) + sign * count
        else:
            for key in iterable:
                self[key] = self.get(key, 0) + sign
        if named:
            self._change(named, None, sign)

    def update(self, iterable=(), **named):
        self._change(iterable, named, 1)

    def subtract(self, iterable=(), **named):
        self._change(iterable, named, -1)

    def most_common(self, n=None):
        pairs = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
        return pairs if n is None else pairs[:n]

    def elements(self):
        for key, count in self.items():
            for _ in range(count):
                yield key

    def total(self):
        return sum(self.values())

    def copy(self):
        return Counter(self)

    def _with(self, other, merge):
        merged = Counter()
        for key in set(self.keys()) | set(other.keys()):
            count = merge(self[key], other[key])
            if count > 0:
                merged[key] = count
        return merged

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __or__(self, other):
        return self._with(other, max)

    def __and__(self, other):
        return self._with(other, min)

    def __repr__(self):
        pairs = ["%r: %r" % pair for pair in self.most_common()]
        return "Counter({" + ", ".join(pairs) + "})" if pairs else "Counter()"


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __getitem__(self, key):
        for found in self.maps:
            if key in found:
                return found[key]
        raise KeyError(key)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def __contains__(self, key):
        return any([key in found for found in self.maps])

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def keys(self):
        return iter(set([key for found in self.maps for key in found]))

    def items(self):
        for key in self.keys():
            yield key, self[key]

    def values(self):
        for key in self.keys():
            yield self[key]

    __iter__ = keys

    def __len__(self):
        return len(list(self.keys()))

    def new_child(self, m=None):
        return ChainMap({} if m is None else m, *self.maps)
