# Names of types mean nothing to the engine; they are there so that they can be imported.

TYPE_CHECKING = False


class Any:
    pass


class TypedDict(dict):
    pass


class Protocol:
    pass


def cast(_type, value):
    return value


def overload(function):
    return function


final = override = runtime_checkable = overload


class _Name:
    def __getitem__(self, _arguments):
        return Any


_NAMES = (
    "Callable ClassVar Dict Final FrozenSet Iterable Iterator List Literal Mapping NotRequired "
    "Optional Required Sequence Set Tuple Type Union"
).split()


def __getattr__(name):
    if name in _NAMES:
        return _Name()
    raise AttributeError(name)
