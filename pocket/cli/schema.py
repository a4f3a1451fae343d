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


def schema(
    kind: Annotated[FileKind, typer.Argument(metavar="workflow|manifest", help="A kind of file.")],
) -> None:
    """Print the JSON Schema of workflow files or of manifests, for editors.

    Examples:

      pocket schema workflow > workflow.schema.json

      pocket schema manifest > manifest.schema.json
    """
    if kind is FileKind.WORKFLOW:
        from pocket.nodes.file_schema import workflow_file_schema

        emit(workflow_file_schema(), Format.JSON)
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
