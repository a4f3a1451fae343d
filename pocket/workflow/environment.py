"""`${NAME}` and `${NAME:default}` in texts, from the environment; `$${` is a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pocket.document import JSON

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]
"""Takes the path of a value, what is wrong with it, and a hint."""

# "${{" is a dollar sign before a template, as in "costs ${{.price}}".
_REFERENCE = re.compile(r"\$\$\{|\$\{(?!\{)(?:(?P<name>[A-Za-z_]\w*)(?::(?P<default>[^}]*))?\})?")


def substitute(value: JSON, environ: Mapping[str, str], report: Report, at: Path = ()) -> JSON:
    """Give the value with every reference in its texts replaced.

    Args:
        value: any JSON value; the keys of maps stay as they are.
        environ: the variables.
        report: is told of every reference that cannot be replaced.
        at: path of the value, for `report`.
    """
    if isinstance(value, dict):
        return {key: substitute(item, environ, report, (*at, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [substitute(item, environ, report, (*at, index)) for index, item in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return _REFERENCE.sub(lambda match: _replaced(match, environ, report, at), value)
    return value


def _replaced(match: re.Match[str], environ: Mapping[str, str], report: Report, at: Path) -> str:
    name, default = match["name"], match["default"]
    if match[0] == "$${":
        return "${"
    if name is None:
        report(at, "'${' begins no reference to a variable", "write $${ for a literal ${")
    elif name in environ:
        return environ[name]
    elif default is not None:
        return default
    else:
        hint = f"set it, or write ${{{name}:default}} or, for a literal, $${{{name}}}"
        report(at, f"environment variable {name} is not set", hint)
    return match[0]
