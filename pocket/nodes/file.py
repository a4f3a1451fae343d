"""`file`: reads, writes and lists files beneath one folder."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from pocket.document import JSON
from pocket.errors import InvalidInput, NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.units import format_bytes
from pocket.workflow.folder import MAX_FILE_BYTES, Folder, Spot
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope
from pocket.workflow.template import Text

_BASE64: Final = "base64"
_ENCODINGS: Final = ("utf-8", "latin-1", "utf-16", _BASE64)
_WRITING: Final = frozenset({"write", "append"})

Said = dict[str, JSON]


def prepare(config: Config) -> NodeCall:
    """Make a file node."""
    operation: str = config["operation"]
    if ("content" in config) != (operation in _WRITING):
        raise InvalidInput("content goes with write and append, and only with them")
    folder: Folder = config["base_dir"]
    path: Text = config["path"]
    content: Text = config.get("content") or (lambda _input, _scope: "")
    encoding: str = config["encoding"]
    needed = config["must_exist"] or operation in _WRITING

    def call(value: JSON, scope: Scope) -> Answer:
        name = path(value, scope)
        with _failures(operation, name, folder):
            data = _encoded(content(value, scope), encoding)
            scope.check_time()
            try:
                said = _done(operation, folder, name, data, encoding, create=config["create_dirs"])
            except (FileNotFoundError, NotADirectoryError):
                if needed:
                    raise
                said = {"deleted" if operation == "delete" else "exists": False}
        return Answer({"path": name, **said})

    return call


def _done(
    operation: str, folder: Folder, name: str, data: bytes, encoding: str, *, create: bool
) -> Said:
    with folder.spot(name, create=create, follow=operation != "delete") as spot:
        if operation == "read":
            return _read(spot, encoding)
        if operation in _WRITING:
            return _status(spot.write(data) if operation == "write" else spot.append(data))
        return _OTHERS[operation](spot, name)


def _read(spot: Spot, encoding: str) -> Said:
    data, status = spot.read()
    return {**_status(status), "size": len(data), "content": _decoded(data, encoding)}


def _exists(spot: Spot, _: str) -> Said:
    status = spot.status()
    return {**_status(status), "isDir": stat.S_ISDIR(status.st_mode)}


def _listed(spot: Spot, path: str) -> Said:
    inside = "" if path.strip("./") == "" else f"{path.rstrip('/')}/"
    try:
        files: list[JSON] = [_entry(name, inside, status) for name, status in spot.entries()]
    except NotADirectoryError:
        raise ValueError("it is no folder") from None
    return {"exists": True, "files": files}


def _deleted(spot: Spot, _: str) -> Said:
    spot.delete()
    return {"deleted": True}


_OTHERS: Final[dict[str, Callable[[Spot, str], Said]]] = {
    "exists": _exists,
    "list": _listed,
    "delete": _deleted,
}


def _entry(name: str, inside: str, status: os.stat_result) -> JSON:
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return {
        "name": shown,
        "path": f"{inside}{shown}",
        "type": _type(status.st_mode),
        "size": status.st_size,
        "modified": _time(status),
        "isDir": stat.S_ISDIR(status.st_mode),
    }


def _type(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "link" if stat.S_ISLNK(mode) else "other"


def _status(status: os.stat_result) -> Said:
    return {"exists": True, "size": status.st_size, "modified": _time(status)}


def _time(status: os.stat_result) -> str:
    return datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat().replace("+00:00", "Z")


def _encoded(text: str, encoding: str) -> bytes:
    if encoding == _BASE64:
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("the content is not base64") from None
    else:
        data = text.encode(encoding)
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"the content has more than {format_bytes(MAX_FILE_BYTES)}")
    return data


def _decoded(data: bytes, encoding: str) -> str:
    if encoding == _BASE64:
        return base64.b64encode(data).decode("ascii")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        hint = "encoding: base64 takes any file"
        raise ValueError(f"byte {error.start} is not {encoding}; {hint}") from None


@contextmanager
def _failures(operation: str, name: str, folder: Folder) -> Iterator[None]:
    """Turn what goes wrong with a file into the error of the node."""
    what = f"cannot {operation} {name!r:.200} beneath {folder.path}"
    try:
        yield
    except OSError as error:
        no_folder = operation in _WRITING and isinstance(error, FileNotFoundError)
        hint = "create_dirs: true makes the folders that are missing" if no_folder else None
        raise NodeError(f"{what}: {error.strerror or error}", hint=hint) from error
    except ValueError as error:
        message, _, advice = str(error).partition("; ")
        raise NodeError(f"{what}: {message}", hint=advice or None) from error


FILE = BuiltinType(
    NodeMetadata(
        type="file",
        category="io",
        description="Reads, writes and lists files beneath one folder",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["operation", "path"],
            "properties": {
                "operation": {
                    "enum": ["read", "write", "append", "exists", "list", "delete"],
                    "description": "What to do. Where there is nothing to read or list, the output "
                    "is `exists: false`; a file is written whole or not at all; delete takes an "
                    "empty folder, too",
                },
                "path": {
                    "type": "string",
                    "format": "template",
                    "description": "A path from `base_dir` on. It has no `..`, and no link leads "
                    "out",
                },
                "content": {
                    "type": "string",
                    "format": "template",
                    "description": "What to write or append, at most 9.5MB",
                },
                "base_dir": {
                    "type": "string",
                    "format": "folder",
                    "default": ".",
                    "description": "The folder that all of this stays in; a relative one begins at "
                    "the folder of the workflow file",
                },
                "create_dirs": {
                    "type": "boolean",
                    "default": False,
                    "description": "Make the folders of the path that are missing",
                },
                "encoding": {
                    "enum": list(_ENCODINGS),
                    "default": "utf-8",
                    "description": "How the text stands in the file; base64 is for what is no text",
                },
                "must_exist": {
                    "type": "boolean",
                    "default": False,
                    "description": "Fail where there is nothing to read, list or delete",
                },
            },
        },
        input_schema=None,
        output_schema={
            "type": "object",
            "required": ["path"],
            "properties": {
                "path": {"type": "string"},
                "exists": {"type": "boolean"},
                "content": {"type": "string"},
                "size": {"type": "integer"},
                "modified": {"type": "string"},
                "isDir": {"type": "boolean"},
                "files": {"type": "array"},
                "deleted": {"type": "boolean"},
            },
        },
        examples=(
            Example(
                name="A report",
                config={
                    "operation": "write",
                    "path": "reports/{{.id}}.txt",
                    "content": "{{.text}}",
                    "create_dirs": True,
                },
                input={"id": 7, "text": "All is well"},
                output={
                    "path": "reports/7.txt",
                    "exists": True,
                    "size": 11,
                    "modified": "2026-01-31T12:00:00Z",
                },
            ),
            Example(
                name="Nothing there",
                config={"operation": "read", "path": "{{.}}.json"},
                input="settings",
                output={"path": "settings.json", "exists": False},
            ),
        ),
    ),
    prepare,
)
