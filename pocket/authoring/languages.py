"""The languages that plugins can be written in: each has a folder in templates/ and a toolchain."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pocket.authoring.cargo import CARGO
from pocket.authoring.go import GO
from pocket.authoring.make import MAKE
from pocket.authoring.npm import ASSEMBLYSCRIPT, NPM
from pocket.authoring.python import PYTHON
from pocket.authoring.toolchain import Toolchain
from pocket.errors import BuildFailed, InvalidInput, suggest

LANGUAGES: Final[Mapping[str, Toolchain]] = {
    "typescript": NPM,
    "javascript": NPM,
    "rust": CARGO,
    "python": PYTHON,
    "go": GO,
    "c": MAKE,
    "cpp": MAKE,
    "assemblyscript": ASSEMBLYSCRIPT,
}


def toolchain(language: str) -> Toolchain:
    """Give the tools of a language.

    Raises:
        InvalidInput: it is not known here.
    """
    if language not in LANGUAGES:
        known = list(LANGUAGES)
        hint = suggest(language, known) or f"it can be {', '.join(known)}"
        raise InvalidInput(f"--lang {language!r:.80} is not known", hint=hint)
    return LANGUAGES[language]


def detect(folder: Path) -> Toolchain:
    """Tell by the files of a plugin's folder what builds it.

    Raises:
        BuildFailed: nothing known does, or it could be several.
    """
    # Languages that share a tool share its signs, too.
    known = {tools.name: tools for tools in LANGUAGES.values()}.values()
    found = [tools for tools in known if any(any(folder.glob(sign)) for sign in tools.signs)]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(tools.name for tools in found)
        raise BuildFailed(f"{folder}: {names} could build it", hint="say which with --lang")
    signs = ", ".join(sign for tools in known for sign in tools.signs)
    raise BuildFailed(
        f"{folder}: nothing says how to build it; it has none of {signs}",
        hint="`pocket plugins new NAME --lang LANGUAGE` makes a folder that can be built",
    )
