"""What a language brings: how its plugins are known, built, and given their SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocket.authoring.bench import Bench


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The tools of one language, or of several that share them.

    Attributes:
        name: of the tool, for people.
        signs: patterns of file names; one such file is in the folder of every plugin of its kind.
        sdk: name of its folder in `sdk/` of Pocket's repository.
        vendored: gives, out of that folder, the files that a new plugin carries with it, by path.
        build: makes the wasm file.
    """

    name: str
    signs: tuple[str, ...]
    sdk: str
    vendored: Callable[[Path], Mapping[str, bytes]]
    build: Callable[[Bench], None]
