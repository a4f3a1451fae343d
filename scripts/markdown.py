"""Parts of Markdown pages that come out of data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_PIPE = "\\|"


def table(heading: list[str], rows: list[list[str]]) -> str:
    """Give a Markdown table."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', _PIPE) for cell in line)} |" for line in lines
    )


def fill(text: str, name: str, content: str) -> str:
    """Put content between `<!-- name -->` and `<!-- end of name -->`."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
    before, after = text.index(begin) + len(begin), text.index(end)
    return text[:before] + content + text[after:]


def properties(
    schema: dict[str, Any], path: str = "", root: dict[str, Any] | None = None
) -> Iterator[list[str]]:
    """Give a row for every property of a schema, nested ones with their path."""
    root = root or schema
    required = schema.get("required", [])
    for name, described in schema.get("properties", {}).items():
        inner = _resolved(described, root)
        at = f"{path}{name}"
        yield [f"`{at}`", _kind(inner), _default(name in required, inner), inner["description"]]
        yield from properties(inner, f"{at}.", root)
        yield from properties(inner.get("items", {}), f"{at}[].", root)
        others = inner.get("additionalProperties")
        if isinstance(others, dict) and "properties" in others:
            listed = ", ".join(f"`{key}`" for key in others["properties"])
            yield [f"`{at}.NAME`", "object", "", f"{listed}, as above"]


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference into the same schema."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return found


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    kinds = schema.get("type", "any")
    named = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    return schema.get("format", " or ".join(named))


def _default(required: bool, schema: dict[str, Any]) -> str:  # noqa: FBT001
    if required:
        return "required"
    default = schema.get("default")
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default else ""
