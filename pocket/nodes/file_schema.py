"""The JSON Schema of workflow files with the configs of the built-in node types, for editors."""

from __future__ import annotations

import copy
from typing import Any

from pocket.document import JSON
from pocket.nodes.catalog import BUILTIN
from pocket.workflow.schema import workflow_schema


def workflow_file_schema() -> dict[str, JSON]:
    """Give the schema."""
    schema: Any = copy.deepcopy(workflow_schema())
    schema["properties"]["nodes"]["items"]["allOf"] = [
        _if_type(name, dict(builtin.metadata.config_schema)) for name, builtin in BUILTIN.items()
    ]
    whole: dict[str, JSON] = schema
    return whole


def _if_type(name: str, config: dict[str, JSON]) -> JSON:
    needed = bool(config.get("required"))
    # An empty `config:` is null, and as good as none.
    taken: JSON = config if needed else {"anyOf": [{"type": "null"}, config]}
    then: dict[str, JSON] = {"properties": {"config": taken}}
    if needed:
        then["required"] = ["config"]
    wanted: JSON = {"required": ["type"], "properties": {"type": {"const": name}}}
    return {"if": wanted, "then": then}
