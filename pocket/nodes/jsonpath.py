"""`jsonpath`: takes values out of its input."""

from __future__ import annotations

from itertools import islice

from pocket.document import JSON
from pocket.errors import InvalidInput, NodeError
from pocket.nodes.builtin import BuiltinType, Config
from pocket.plugin.metadata import Example, NodeMetadata
from pocket.workflow.node import Answer, NodeCall
from pocket.workflow.scope import Scope


def prepare(config: Config) -> NodeCall:
    """Make a jsonpath node."""
    from pocket.nodes.jsonpath_parser import QueryError, parse
    from pocket.nodes.jsonpath_run import QueryRun

    try:
        query = parse(config["path"])
    except QueryError as error:
        raise InvalidInput(f"path: {error}", hint="RFC 9535 says how a path is written") from error
    multiple: bool = config["multiple"]

    def call(value: JSON, scope: Scope) -> Answer:
        try:
            found = list(islice(query(value, QueryRun(value, scope)), None if multiple else 1))
        except RecursionError:
            raise NodeError("the input is nested too deep to be compared") from None
        if not found and "default" in config:
            return Answer(config["default"])
        if multiple:
            return Answer(found)
        return Answer(
            _unwrapped(found[0]) if found and config["unwrap"] else next(iter(found), None)
        )

    return call


def _unwrapped(value: JSON) -> JSON:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


JSONPATH = BuiltinType(
    NodeMetadata(
        type="jsonpath",
        category="data",
        description="Takes values out of its input by a JSONPath query (RFC 9535)",
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "required": ["path"],
            "properties": {
                "path": {
                    "type": "string",
                    "minLength": 1,
                    "description": "The query. Patterns of `match` and `search` are Go's regular "
                    "expressions",
                },
                "multiple": {
                    "type": "boolean",
                    "default": False,
                    "description": "Give a list of everything that is found, in the order of the "
                    "input, rather than the first value",
                },
                "default": {
                    "description": "The output where nothing is found; without it null, or [] with "
                    "`multiple`",
                },
                "unwrap": {
                    "type": "boolean",
                    "default": True,
                    "description": "Without `multiple`: give the item of a list that has only one",
                },
            },
        },
        input_schema=None,
        output_schema=None,
        examples=(
            Example(
                name="All prices below 10",
                config={"path": "$.books[?@.price < 10].price", "multiple": True},
                input={"books": [{"price": 8.95}, {"price": 12.99}, {"price": 8.99}]},
                output=[8.95, 8.99],
            ),
            Example(
                name="What is not there",
                config={"path": "$..author.name", "default": "nobody"},
                input={"books": []},
                output="nobody",
            ),
        ),
    ),
    prepare,
)
