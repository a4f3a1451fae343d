"""What modules define, each imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class LazyMapping(Mapping[str, T]):
    """One value a module; names can be listed and looked for without importing any.

    Args:
        package: has the modules.
        names: of the modules, which are the keys.
        find: gives the value that a module stands for.
    """

    def __init__(
        self, package: str, names: tuple[str, ...], find: Callable[[str, ModuleType], T]
    ) -> None:
        self._package = package
        self._names = names
        self._find = find
        self._found: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._found:
            self._found[name] = self._find(name, import_module(f"{self._package}.{name}"))
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
