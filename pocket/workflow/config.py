"""The config of a node, as the node gets it: checked, complete, made of what it can use at once.

A schema says by `format` what a text becomes: a `template` is compiled, a `duration` is a number of
seconds, a `size` one of bytes, a `file` the text in it, a `template-file` the template in it, a
`folder` the `Folder` that it names, `code` a `Code`, a `code-file` the `Code` in it. An object of
the format `node` gets a `call`, which is the node that its `node`, `config` and `stream` describe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pocket.document import JSON, Document, path_text
from pocket.errors import InvalidInput, InvalidWorkflow, PluginNotFound
from pocket.plugin.config import with_defaults
from pocket.schema import schema_problems
from pocket.units import parse_bytes
from pocket.workflow.code import Code
from pocket.workflow.durations import duration_s
from pocket.workflow.files import folder_beside, read_beside
from pocket.workflow.folder import Folder
from pocket.workflow.node import Catalog, NodeCall, NodeType, prepare_node
from pocket.workflow.report import Report
from pocket.workflow.schema import stream_schema
from pocket.workflow.stream_files import StreamFiles
from pocket.workflow.template import TemplateSourceError, compile_text

Path = tuple[str | int, ...]
T = TypeVar("T")


class HostNeeded(Exception):
    """Only a host could tell what this is."""


@dataclass(frozen=True, slots=True)
class Configs:
    """Prepares the configs of one document.

    Attributes:
        document: of the workflow; every node has a config in it.
        catalog: finds node types.
        report: is told of what does not fit.
    """

    document: Document
    catalog: Catalog
    report: Report

    def prepare(self, at: Path, node_type: NodeType) -> dict[str, Any]:
        """Give the config at a path.

        Raises:
            HostNeeded: a node in it has a type that only a host could know.
        """
        schema: Mapping[str, JSON] = node_type.metadata.config_schema
        self.report.problems += schema_problems(self.document, schema, at=at)
        complete = with_defaults(self._value(at), schema)
        made = self._made(complete, schema, at) if node_type.renders else complete
        return made if isinstance(made, dict) else {}

    def stream_files(self, at: Path, node_type: NodeType, said: str) -> StreamFiles | None:
        """Give the files of the node at a path; None for one that works on no stream.

        Args:
            at: where the node is.
            node_type: its type.
            said: how the document names the type.
        """
        streams, given = node_type.metadata.stream, "stream" in self._value(at)
        if streams and not given:
            message = f"a node of type {said!r} works on a stream, and there is none"
            self.report.add(at, message, "add stream: {from: input.txt, to: output.txt}")
        elif given and not streams:
            message = f"a node of type {said!r} does not work on a stream"
            self.report.add((*at, "stream"), message, "take it out", key=True)
        elif streams:
            return self._files((*at, "stream"))
        return None

    def _files(self, at: Path) -> StreamFiles | None:
        schema = stream_schema()
        problems = schema_problems(self.document, schema, at=at)
        if problems:
            # Those of a node were found with its document's; those of a task are not known yet.
            self.report.problems += [new for new in problems if new not in self.report.problems]
            return None
        made = self._made(with_defaults(self._value(at), schema), schema, at)
        return None if None in made.values() else StreamFiles.of(made)

    def _made(self, value: Any, schema: Any, at: Path) -> Any:
        if not isinstance(schema, dict):
            return value
        if isinstance(value, str):
            maker = _MAKERS.get(schema.get("format", ""))
            return value if maker is None else maker(self, value, at)
        if isinstance(value, list):
            inner = schema if schema.get("format") == "template" else schema.get("items")
            return [self._made(item, inner, (*at, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return self._made_object(value, schema, at)
        return value

    def _made_object(self, value: dict[str, Any], schema: dict[str, Any], at: Path) -> Any:
        if schema.get("format") == "template":
            return {key: self._made(item, schema, (*at, key)) for key, item in value.items()}
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        made = {
            key: self._made(item, known.get(key, other), (*at, key)) for key, item in value.items()
        }
        if schema.get("format") == "node":
            made["call"] = self._node(at)
        return made

    def _node(self, at: Path) -> NodeCall | None:
        value = self._with_config(at)
        if not isinstance(value.get("node"), str) or not isinstance(value.get("config"), dict):
            return None
        try:
            node_type = self.catalog.get(value["node"])
            if node_type is None:
                raise HostNeeded
            problems_before = len(self.report.problems)
            config = self.prepare((*at, "config"), node_type)
            files = self.stream_files(at, node_type, value["node"])
            if len(self.report.problems) > problems_before:
                return None
            return prepare_node(node_type, config, files)
        except (PluginNotFound, InvalidInput, InvalidWorkflow) as error:
            self.report.refuse(at, "node", error)
            return None

    def _with_config(self, at: Path) -> dict[str, Any]:
        """Give what the document says at a path, after putting a config there."""
        said: Any = self._value(at)
        said["config"] = said.get("config") or {}
        found: dict[str, Any] = said
        return found

    def _value(self, at: Path) -> Any:
        value: Any = self.document.data
        for step in at:
            value = value[step]
        return value

    def _template(self, source: str, at: Path) -> object:
        try:
            return compile_text(source, path_text(at[3:]))
        except TemplateSourceError as error:
            self.report.add(at, f"template {error.line}:{error.column}: {error}")
            return None

    def _duration(self, text: str, at: Path) -> float | None:
        return self._or_report(lambda: duration_s(text), at)

    def _size(self, text: str, at: Path) -> int | None:
        return self._or_report(lambda: parse_bytes(text), at)

    def _file(self, name: str, at: Path) -> str | None:
        return self._or_report(lambda: read_beside(self.document.path, name), at)

    def _folder(self, name: str, at: Path) -> Folder | None:
        return self._or_report(lambda: folder_beside(self.document.path, name), at)

    def _template_file(self, name: str, at: Path) -> object:
        source = self._file(name, at)
        return None if source is None else self._template(source, at)

    def _code(self, text: str, at: Path) -> Code:
        return Code.inline(text, self.document, at)

    def _code_file(self, name: str, at: Path) -> Code | None:
        text = self._file(name, at)
        return None if text is None else Code.of_file(text, name, at)

    def _or_report(self, make: Callable[[], T], at: Path) -> T | None:
        try:
            return make()
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            self.report.add(at, message, hint or None)
            return None


_MAKERS: Final[dict[str, Callable[[Configs, str, Path], object]]] = {
    "template": Configs._template,  # noqa: SLF001
    "template-file": Configs._template_file,  # noqa: SLF001
    "duration": Configs._duration,  # noqa: SLF001
    "size": Configs._size,  # noqa: SLF001
    "file": Configs._file,  # noqa: SLF001
    "folder": Configs._folder,  # noqa: SLF001
    "code": Configs._code,  # noqa: SLF001
    "code-file": Configs._code_file,  # noqa: SLF001
}
