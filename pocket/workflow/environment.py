"""`${NAME}` and `${NAME:default}` in texts, from the environment; `$${` is a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pocket.document import JSON

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]
"""Takes the path of a value, what is wrong with it, and a hint."""

# "${{" is a dollar sign before a template, as in "costs ${{.price}}".
_REFERENCE = re.compile(r"\$\$\{|\$\{(?!\{)(?:(?P<name>[A-Za-z_]\w*)(?::(?P<default>[^}]*))?\})?")


@dataclass(frozen=True, slots=True)
class Variables:
    """Replaces references, and keeps what it put in their places.

    Attributes:
        environ: the variables.
        report: is told of every reference that cannot be replaced.
        used: those that a reference was found to, with their values.
    """

    environ: Mapping[str, str]
    report: Report
    used: dict[str, str] = field(default_factory=dict)

    def substituted(self, value: JSON, at: Path = ()) -> JSON:
        """Give the value with every reference in its texts replaced.

        Args:
            value: any JSON value; the keys of maps stay as they are.
            at: path of the value, for `report`.
        """
        if isinstance(value, dict):
            return {key: self.substituted(item, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.substituted(item, (*at, index)) for index, item in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            return _REFERENCE.sub(lambda match: self._replaced(match, at), value)
        return value

    def _replaced(self, match: re.Match[str], at: Path) -> str:
        name, default = match["name"], match["default"]
        if match[0] == "$${":
            return "${"
        if name is None:
            self.report(at, "'${' begins no reference to a variable", "write $${ for a literal ${")
        elif not _is_text(self.environ.get(name, "")):
            self.report(at, f"environment variable {name} is not UTF-8", "give it another value")
        elif name in self.environ:
            return self.used.setdefault(name, self.environ[name])
        elif default is not None:
            return default
        else:
            hint = f"set it, or write ${{{name}:default}} or, for a literal, $${{{name}}}"
            self.report(at, f"environment variable {name} is not set", hint)
        return match[0]


def _is_text(value: str) -> bool:
    """Tell whether there is nothing in it but characters; Python keeps odd bytes as surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
