# Names of types mean nothing to the engine; they are there so that they can be imported.

TYPE_CHECKING = False


class Any:
    pass


class TypedDict(dict):
    pass


def cast(_type, value):
    return value


def overload(function):
    return function


final = override = runtime_checkable = overload


class _Name:
    def __getitem__(self, _arguments):
        return Any


class _Base:
    # A base that leaves nothing behind in the class.
    def __new__(cls, name, bases, body):
        return type(name, tuple([base for base in bases if isinstance(base, type)]), dict(body))

    def __getitem__(self, _arguments):
        return self


Generic = Protocol = object.__new__(_Base)


def TypeVar(name, *_bounds, **_options):
    return Any


ParamSpec = TypeVar


def NewType(_name, tp):
    return tp


def get_type_hints(_obj):
    raise NotImplementedError("the engine keeps no annotations")


class _NamedTuple:
    # A base that makes a named tuple of the class's annotations, whoever calls it.
    def __new__(cls, name, bases, body):
        from collections import namedtuple

        names = body.get("__annotated__", ())
        methods = {key: value for key, value in body.items() if key not in names}
        defaults = [body[field] for field in names if field in body]
        kind = namedtuple(name, names)
        own = [key for key in methods if key not in ("__module__", "__qualname__", "__annotated__")]
        if defaults:
            if own:
                raise TypeError("a NamedTuple of the engine has defaults or methods, not both")
            return namedtuple(name, names, defaults=defaults)
        return type(name, (kind,), methods) if own else kind

    def __call__(self, typename, fields):
        from collections import namedtuple

        return namedtuple(typename, [name for name, _ in fields])


NamedTuple = object.__new__(_NamedTuple)


_NAMES = (
    "Annotated AnyStr AsyncIterator Awaitable Callable ClassVar Collection Concatenate Coroutine DefaultDict Deque Dict "
    "Final FrozenSet Generator Hashable Iterable Iterator List Literal LiteralString Mapping MutableMapping "
    "MutableSequence Never NoReturn NotRequired Optional OrderedDict Required Self Sequence Set Sized SupportsFloat "
    "SupportsInt Text Tuple Type TypeAlias TypeGuard Union Unpack"
).split()


def __getattr__(name):
    if name in _NAMES:
        return _Name()
    raise AttributeError(name)
