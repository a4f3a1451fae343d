# Enumerations. The name of one is no class, but an object that knows its members: `isinstance` has to ask
# for `in` instead.


class auto:
    pass


def unique(enumeration):
    for name, member in enumeration.__members__.items():
        if name != member.name:
            raise ValueError(
                "duplicate values found in %r: %s -> %s" % (enumeration, name, member.name)
            )
    return enumeration


class _Enumeration:
    def __init__(self, name, bases, body):
        self.__name__ = name
        mixed = tuple([base for base in bases if isinstance(base, type)])
        parents = tuple([base for base in bases if not isinstance(base, type)])
        self._member = type(
            name, mixed + tuple([parent._member for parent in parents]), _methods(body)
        )
        mixed += tuple([kind for parent in parents for kind in parent._mixed])
        self._mixed = mixed
        self._members, self._names = [], []
        last = 0
        for key, value in body.items():
            if not _is_member(key, value):
                continue
            if isinstance(value, auto):
                value = key.lower() if str in mixed else last + 1
            last = value if isinstance(value, int) else last
            self._add(key, value, mixed)
        if self._members and any([parent._members for parent in parents]):
            raise TypeError("cannot extend " + repr(parents[0]))

    def _add(self, key, value, mixed):
        for known in self._members:
            if known.value == value:
                self._names.append((key, known))
                return
        kind = self._member
        if str in mixed or int in mixed:
            member = kind(value)
        elif type(value) is tuple and hasattr(kind, "__init__") and "__init__" in kind.__dict__:
            member = kind(*value)
        else:
            member = object.__new__(kind)
        member.name = member._name_ = key
        member.value = member._value_ = value
        member._kind = self
        self._members.append(member)
        self._names.append((key, member))

    @property
    def __members__(self):
        return dict(self._names)

    def __call__(self, value):
        for member in self._members:
            if member is value or member.value == value:
                return member
        raise ValueError("%r is not a valid %s" % (value, self.__name__))

    def __getitem__(self, name):
        for known, member in self._names:
            if known == name:
                return member
        raise KeyError(name)

    def __getattr__(self, name):
        if not name.startswith("_"):
            for known, member in self._names:
                if known == name:
                    return member
            if hasattr(self._member, name):
                return getattr(self._member, name)
        raise AttributeError(name)

    def __iter__(self):
        return iter(self._members)

    def __reversed__(self):
        return reversed(self._members)

    def __len__(self):
        return len(self._members)

    def __bool__(self):
        return True

    def __contains__(self, value):
        return any([member is value or member.value == value for member in self._members])

    def __repr__(self):
        return "<enum " + repr(self.__name__) + ">"


def _is_member(key, value):
    if key.startswith("_") or isinstance(value, (property, classmethod, staticmethod)):
        return False
    return not callable(value) or isinstance(value, auto)


def _methods(body):
    return {key: value for key, value in body.items() if not _is_member(key, value)}


class _Member:
    def __repr__(self):
        return "<%s.%s: %r>" % (self._kind.__name__, self.name, self.value)

    def __str__(self):
        return self._kind.__name__ + "." + self.name

    def __hash__(self):
        return hash(self.name)


class _Plain(_Member):
    def __eq__(self, other):
        return self is other


def _value(other):
    return other.value if isinstance(other, _Valued) else other


class _Valued(_Member):
    def __eq__(self, other):
        return self.value == _value(other)

    def __lt__(self, other):
        return self.value < _value(other)

    def __le__(self, other):
        return self.value <= _value(other)

    def __gt__(self, other):
        return self.value > _value(other)

    def __ge__(self, other):
        return self.value >= _value(other)

    def __str__(self):
        return str(self.value)

    def __hash__(self):
        return hash(self.value)


def _base(name, kind, mixed):
    made = _Enumeration(name, (), {})
    made._member, made._mixed = kind, mixed
    return made


Enum = _base("Enum", _Plain, ())
IntEnum = _base("IntEnum", type("IntEnum", (_Valued, int), {}), (int,))
StrEnum = _base("StrEnum", type("StrEnum", (_Valued, str), {}), (str,))
