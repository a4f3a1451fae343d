"""The JSON Schema of workflow files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pocket.document import JSON


@cache
def workflow_schema() -> dict[str, JSON]:
    """Give the JSON Schema of workflow files."""
    text = Path(__file__).with_name("workflow.schema.json").read_text()
    schema: dict[str, JSON] = json.loads(text)
    return schema


@cache
def stream_schema() -> dict[str, JSON]:
    """Give the part of it that says what `stream` of a node is."""
    schema: Any = workflow_schema()
    stream: dict[str, JSON] = schema["properties"]["nodes"]["items"]["properties"]["stream"]
    return stream
