# Names for annotations; no class is one of these.

from typing import Any


def __getattr__(name):
    if name in _NAMES:
        return _Name()
    raise AttributeError(name)


class _Name:
    def __getitem__(self, _arguments):
        return Any


_NAMES = (
    "AsyncIterator Awaitable Callable Collection Container Coroutine Generator Hashable ItemsView Iterable "
    "Iterator KeysView Mapping MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView"
).split()
