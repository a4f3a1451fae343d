"""The page on limits: every cap of the code, with its number and the reason for it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from markdown import table

from pocket.units import format_bytes, format_duration, parse_bytes

ROOT = Path(__file__).resolve().parents[1]
HEADING = ["limit", "", "why"]

HOST = {
    "A running plugin": ["supervisor/limits", "supervisor/folders", "supervisor/quarantine"],
    "What a manifest may choose": ["plugin/permissions"],
    "Host calls": [
        "capability/broker",
        "capability/http",
        "capability/http_client",
        "capability/http_request",
        "capability/http_url",
        "capability/http_exchange",
        "capability/http_body",
        "capability/resolver",
        "capability/store",
        "capability/env",
    ],
    "Packages, and where they come from": [
        "plugin/archive",
        "plugin/sources",
        "plugin/module",
        "document",
        "plugin/policy",
    ],
    "What a plugin says": ["foreign_json", "plugin/schema"],
    "Filters and scripts": ["nodes/interpreter"],
    "Files and lines of workflows": ["workflow/folder", "cli/line_reader"],
}

WORKER = {
    "frame/mod": ["MAX_FRAME_BYTES"],
    "sandbox/rlimits": [
        "ADDRESS_SPACE_BYTES",
        "BASE_DATA_BYTES",
        "COMPILE_DATA_BYTES",
        "COMPILE_CPU_S",
        "OPEN_FILES",
        "GUEST_FILES",
    ],
    "sandbox/cpu": ["AHEAD_S"],
    "crew": ["STACK_BYTES"],
    "engine/mod": ["STACK_BYTES"],
    "abi/host_call": ["REQUEST_BYTES"],
    "abi/imports": ["LINE_BYTES"],
    "abi/wasi/beneath": ["PATH_BYTES", "TRIES"],
    "abi/wasi/memory": ["PIECES"],
    "abi/wasi/quota": ["ENTRY_BYTES"],
}

CONSTANT = r"((?:^///.*\n)+)(?:pub )?const {}: \w+ = ([^;]+);"


def limits_page() -> str:
    """Give docs/limits.md."""
    host = "\n\n".join(
        f"## {title}\n\n{table(HEADING, [row for name in modules for row in host_rows(name)])}"
        for title, modules in HOST.items()
    )
    worker = [row for name, constants in WORKER.items() for row in worker_rows(name, constants)]
    return f"""
# Limits

Everything that a stranger could make large has a cap. Each stands in the code under the name given
here, with its reason; [permissions](permissions.md) says what those of host calls end in, and
[errors](errors.md) lists the errors of the others. A size of 1MB is 1024 x 1024 bytes.

{host}

## The worker

Held by `pocket-worker` itself, or by the kernel at its request.

{table(HEADING, worker)}
"""


def host_rows(name: str) -> Iterator[list[str]]:
    """Give a row for every public number of a module."""
    path = ROOT / "pocket" / f"{name}.py"
    module = importlib.import_module(f"pocket.{name.replace('/', '.')}")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for statement, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        constant = statement.target.id
        value = getattr(module, constant, None)
        if not constant.startswith("_") and isinstance(value, int | float):
            yield row(f"{name}.py", constant, value, _docstring(following))


def worker_rows(name: str, constants: list[str]) -> Iterator[list[str]]:
    """Give a row for each of a Rust file's constants."""
    text = (ROOT / "workers" / "src" / f"{name}.rs").read_text(encoding="utf-8")
    for constant in constants:
        found = re.search(CONSTANT.format(constant), text, re.MULTILINE)
        if found is None:
            raise SystemExit(f"error: workers/src/{name}.rs has no {constant} with a comment")
        why = " ".join(line.removeprefix("///").strip() for line in found[1].splitlines())
        yield row(f"{name}.rs", constant, number(found[2]), why)


def row(file: str, constant: str, value: float, why: str) -> list[str]:
    """Write one limit."""
    if not why:
        raise SystemExit(f"error: {file}: {constant} has no reason")
    return [f"`{constant}` of `{file}`", written(constant, value), why]


def written(constant: str, value: float) -> str:
    """Write a number in the unit that its name ends with."""
    if constant.endswith("_BYTES"):
        size = format_bytes(int(value))
        return size if parse_bytes(size) == value else f"{int(value):,} bytes"
    for unit, seconds in (("_MS", 1e-3), ("_S", 1.0)):
        if constant.endswith(unit):
            return format_duration(value * seconds)
    return f"{value:,}"


def number(expression: str) -> int:
    """Work out a sum, product or shift of whole numbers."""
    return _number(ast.parse(expression, mode="eval").body)


def _number(node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.BinOp(left, ast.Add(), right):
            return _number(left) + _number(right)
        case ast.BinOp(left, ast.Mult(), right):
            return _number(left) * _number(right)
        case ast.BinOp(left, ast.LShift(), right):
            return _number(left) << _number(right)
    raise SystemExit(f"error: {ast.unparse(node)} is no number that this script can read")


def _docstring(statement: ast.stmt | None) -> str:
    match statement:
        case ast.Expr(ast.Constant(value=str(text))):
            return " ".join(text.split())
    return ""
