"""The page on the Python API: what the docstrings of public names say."""

from __future__ import annotations

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator
from typing import Any

import pocket


def api_page() -> str:
    """Give docs/api.md, without the note above it."""
    sections = [api_section(name, value) for name, value in public_values()]
    return f"""# The Python API

```python
{(inspect.getdoc(pocket) or "").partition("```python")[2].partition("```")[0].strip()}
```

Everything public is a name of `pocket`. The errors are in [errors.md](errors.md).

{chr(10).join(sections)}"""


def public_values() -> Iterator[tuple[str, Any]]:
    """Give every public function, and every class that is no error."""
    for name in pocket.__all__:
        value = getattr(pocket, name)
        if callable(value) and not (isinstance(value, type) and issubclass(value, Exception)):
            yield name, value


def api_section(name: str, value: Any) -> str:
    """Describe a function, or a class: what it is, how it is made, what it can do."""
    said = inspect.getdoc(value) or ""
    if inspect.isfunction(value):
        return f"## {name}\n\n```python\n{signature(name, value)}\n```\n\n{as_markdown(said)}\n"
    # In the quotation marks of the formatter, which looks into Markdown too.
    code = "\n".join(fields(value)).replace("'", '"')
    if not code and "Made by" not in said and not is_protocol(value):
        code = signature(name, value).removesuffix(" -> None")
    parts = [f"## {name}", f"```python\n{code}\n```" if code else "", as_markdown(said)]
    parts += [member_section(name, member, of) for member, of in public_members(value)]
    return "\n\n".join(part for part in parts if part) + "\n"


def is_protocol(value: type) -> bool:
    """Tell whether a class is a shape that others fill, which nobody makes."""
    return getattr(value, "_is_protocol", False)


def fields(value: Any) -> list[str]:
    """Give a line for every field of a dataclass or named tuple, or member of an enum."""
    if hasattr(value, "__members__"):
        return [f"{name} = {member.value!r}" for name, member in value.__members__.items()]
    if not hasattr(value, "_fields") and not dataclasses.is_dataclass(value):
        return []
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(value).parameters.items()
        if isinstance(parameter.default, (bool, int, float, str, tuple, type(None)))
        and not hasattr(parameter.default, "_fields")
    }
    return [
        f"{name}: {getattr(kind, '__forward_arg__', kind)}"
        + (f" = {defaults[name]!r}" if name in defaults else "")
        for name, kind in value.__annotations__.items()
    ]


def public_members(value: type) -> Iterator[tuple[str, object]]:
    """Give the methods and properties of a class, in the order of its text."""
    for name, member in vars(value).items():
        documented = isinstance(member, (property, classmethod, staticmethod))
        if not name.startswith("_") and (documented or inspect.isfunction(member)):
            yield name, member


def member_section(owner: str, name: str, member: object) -> str:
    """Describe one method or property."""
    said = as_markdown(inspect.getdoc(member) or "")
    if isinstance(member, property):
        return f"### {owner}.{name}\n\n{said}"
    function = getattr(member, "__func__", member)
    word = "async def " if inspect.iscoroutinefunction(function) else ""
    return f"### {owner}.{name}\n\n```python\n{word}{signature(name, function)}\n```\n\n{said}"


def signature(name: str, function: Any) -> str:
    """Write how something is called, without `self`."""
    found = inspect.signature(function)
    kept = [
        parameter.replace(annotation=Bare(parameter.annotation))
        for parameter in found.parameters.values()
        if parameter.name not in {"self", "cls"}
    ]
    text = str(found.replace(parameters=kept, return_annotation=Bare(found.return_annotation)))
    # In the quotation marks of the formatter, which looks into Markdown too.
    return name + text.replace("'", '"')


class Bare:
    """An annotation, which is a text, without the quotation marks that `inspect` puts there."""

    def __init__(self, annotation: Any) -> None:
        self._annotation = annotation

    def __repr__(self) -> str:
        return str(self._annotation)


SECTION = re.compile(r"^(Args|Raises|Attributes):\n((?: {4}.*\n?|\n)+)", re.MULTILINE)
ENTRY = re.compile(r"^(\w[\w, ]*): ", re.MULTILINE)
HEADINGS = {"Args": "Arguments", "Raises": "Raises", "Attributes": "Attributes"}


def as_markdown(said: str) -> str:
    """Turn the sections of a docstring into lists."""
    return SECTION.sub(lambda part: f"{HEADINGS[part[1]]}:\n\n{as_list(part[2])}\n\n", said).strip()


def as_list(text: str) -> str:
    """Turn the entries of a docstring's section into a list."""
    entries = ENTRY.sub(r"- `\1`: ", textwrap.dedent(text).strip())
    return entries.replace("\n    ", "\n  ")
