# Data classes. The engine keeps the names that a class annotates, and not their types.

_MISSING = MISSING = object()


class FrozenInstanceError(AttributeError):
    pass


class Field:
    def __init__(self, default, default_factory, init, repr_, compare, metadata):
        self.name = None
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare, self.metadata = init, repr_, compare, metadata or {}


def field(
    *,
    default=MISSING,
    default_factory=MISSING,
    init=True,
    repr=True,
    hash=None,
    compare=True,
    metadata=None,
    kw_only=False,
):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, compare, metadata)


def fields(class_or_instance):
    found = getattr(class_or_instance, "__dataclass_fields__", None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return found


def is_dataclass(obj):
    return hasattr(obj, "__dataclass_fields__")


def _own(cls, name):
    return cls.__dict__.get(name, _MISSING)


def _fields_of(cls):
    known = []
    for base in cls.__bases__:
        for inherited in getattr(base, "__dataclass_fields__", ()):
            known = [other for other in known if other.name != inherited.name] + [inherited]
    for name in cls.__dict__.get("__annotated__", ()):
        value = _own(cls, name)
        if isinstance(value, (list, dict, set)):
            kind = type(value).__name__
            raise ValueError(
                "mutable default <class '%s'> for field %s is not allowed: use default_factory"
                % (kind, name)
            )
        made = value if isinstance(value, Field) else Field(value, _MISSING, True, True, True, None)
        made.name = name
        at = [index for index, other in enumerate(known) if other.name == name]
        if at:
            known[at[0]] = made
        else:
            known.append(made)
        if isinstance(value, Field):
            if value.default is _MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, value.default)
    return tuple(known)


def dataclass(cls=None, *, init=True, repr=True, eq=True, order=False, frozen=False, **_others):
    def make(cls):
        known = cls.__dataclass_fields__ = _fields_of(cls)
        if frozen:
            cls = _frozen(cls)
        if init:
            _check_defaults(known)
            cls.__init__ = _init(cls, known)
        if repr and _own(cls, "__repr__") is _MISSING:
            cls.__repr__ = _repr
        if eq and _own(cls, "__eq__") is _MISSING:
            cls.__eq__ = _eq
            if frozen:
                cls.__hash__ = lambda self: hash(_compared(self))
        if order:
            cls.__lt__ = lambda self, other: _compared(self) < _compared(other)
            cls.__le__ = lambda self, other: _compared(self) <= _compared(other)
            cls.__gt__ = lambda self, other: _compared(self) > _compared(other)
            cls.__ge__ = lambda self, other: _compared(self) >= _compared(other)
        return cls

    return make if cls is None else make(cls)


def _check_defaults(known):
    optional = None
    for each in known:
        if not each.init:
            continue
        if each.default is not _MISSING or each.default_factory is not _MISSING:
            optional = each.name
        elif optional is not None:
            message = "non-default argument %r follows default argument %r"
            raise TypeError(message % (each.name, optional))


def _init(cls, known):
    asked = [each for each in known if each.init]
    set_ = object.__setattr__

    def __init__(self, *values, **named):
        if len(values) > len(asked):
            message = "__init__() takes %d positional arguments but %d were given"
            raise TypeError(message % (len(asked) + 1, len(values) + 1))
        given = {each.name: value for each, value in zip(asked, values)}
        for name, value in named.items():
            if name in given:
                raise TypeError("__init__() got multiple values for argument %r" % (name,))
            given[name] = value
        for each in known:
            name = each.name
            if name in given and each.init:
                set_(self, name, given.pop(name))
            elif each.default is not _MISSING:
                set_(self, name, each.default)
            elif each.default_factory is not _MISSING:
                set_(self, name, each.default_factory())
            elif each.init:
                raise TypeError("__init__() missing 1 required positional argument: %r" % (name,))
        for name in given:
            raise TypeError("__init__() got an unexpected keyword argument %r" % (name,))
        if hasattr(self, "__post_init__"):
            self.__post_init__()

    return __init__


def _compared(self):
    return tuple([getattr(self, each.name) for each in self.__dataclass_fields__ if each.compare])


def _eq(self, other):
    return type(self) is type(other) and _compared(self) == _compared(other)


def _repr(self):
    shown = [
        each.name + "=" + repr(getattr(self, each.name))
        for each in self.__dataclass_fields__
        if each.repr
    ]
    return type(self).__name__ + "(" + ", ".join(shown) + ")"


def _frozen(cls):
    # What a class does with names that are set, it has to know when it is made.
    def refuse(self, name, _value=None):
        raise FrozenInstanceError("cannot assign to field " + repr(name))

    return type(
        cls.__name__,
        (cls,),
        {"__setattr__": refuse, "__delattr__": refuse, "__module__": cls.__module__},
    )


def asdict(instance):
    return _plain(instance, lambda pairs: dict(pairs))


def astuple(instance):
    return _plain(instance, lambda pairs: tuple([value for _, value in pairs]))


def _plain(value, make):
    if is_dataclass(value):
        return make(
            [(each.name, _plain(getattr(value, each.name), make)) for each in fields(value)]
        )
    if isinstance(value, dict):
        return {key: _plain(item, make) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, make) for item in value]
    return tuple([_plain(item, make) for item in value]) if type(value) is tuple else value


def replace(obj, **changes):
    given = {each.name: getattr(obj, each.name) for each in fields(obj) if each.init}
    given.update(changes)
    return type(obj)(**given)
