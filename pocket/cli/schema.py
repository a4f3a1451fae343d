"""`pocket schema`: what the files of Pocket may hold, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from pocket.cli.output import Format, emit


class FileKind(StrEnum):
    """What `pocket schema` knows."""

    WORKFLOW = "workflow"
    MANIFEST = "manifest"
    BENCH = "bench"


def schema(
    kind: Annotated[
        FileKind, typer.Argument(metavar="workflow|manifest|bench", help="A kind of file.")
    ],
) -> None:
    """Print the JSON Schema of workflow files, of manifests or of reports of `pocket bench`.

    Examples:

      pocket schema workflow > workflow.schema.json

      pocket schema manifest > manifest.schema.json
    """
    if kind is FileKind.WORKFLOW:
        from pocket.nodes.file_schema import workflow_file_schema

        emit(workflow_file_schema(), Format.JSON)
    elif kind is FileKind.BENCH:
        from pocket.bench.report import report_schema

        emit(report_schema(), Format.JSON)
    else:
        from pocket.plugin.manifest import manifest_schema

        emit(_with_list(manifest_schema()), Format.JSON)


def _with_list(manifest: dict[str, Any]) -> dict[str, Any]:
    """Take permissions as a list of mappings of one key, too."""
    permissions = manifest["properties"]["permissions"]
    either = {
        "description": permissions["description"],
        "anyOf": [permissions, {"type": "array", "items": permissions}],
    }
    return {**manifest, "properties": {**manifest["properties"], "permissions": either}}
