"""The plugin's side of Pocket's ABI 1, around the author's nodes."""

import json

from pocket_plugin import _host, _trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FUNCTIONS = ["metadata", "run", "prep", "exec", "post"]
_nodes: "dict[str, Any]" = {}


def start() -> None:
    """Import the author's `plugin` and take its nodes.

    Raises:
        TypeError: what it offers are no nodes.
    """
    import plugin  # type: ignore[import-not-found]

    register(getattr(plugin, "nodes", None))


def register(nodes: object) -> None:
    """Take the nodes that the plugin offers, in place of any others.

    Raises:
        TypeError: they are no list of nodes, or two have one type.
    """
    if not isinstance(nodes, (list, tuple)) or not nodes:
        raise TypeError("plugin.py has to say `nodes = [...]`, a list of PluginNode")
    _nodes.clear()
    for node in nodes:
        kind = _type_of(node)
        if kind in _nodes:
            raise TypeError("two nodes of the type " + kind)
        _nodes[kind] = node


def _type_of(node: object) -> str:
    if isinstance(node, type):
        raise TypeError(node.__name__ + " in `nodes` is a class; write " + node.__name__ + "()")
    metadata = getattr(node, "metadata", None)
    kind = metadata.get("type") if isinstance(metadata, dict) else None
    if not isinstance(kind, str) or not hasattr(node, "exec"):
        raise TypeError("a node in `nodes` needs exec and metadata with a type")
    return kind


def answer(text: str) -> str:
    """Give the response to one request, both JSON."""
    try:
        return json.dumps(_respond(json.loads(text)))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the workflow gets to know it
        _host.write(0, _host.traceback(error))
        said, frames = _trace.message(error), _trace.stack(error)
        return json.dumps({"success": False, "error": said, "stack": frames})


def _respond(request: "dict[str, Any]") -> "dict[str, Any]":
    function = request["function"]
    if function == "metadata":
        return _success(
            {"abi": 1, "functions": FUNCTIONS, "nodes": [node.metadata for node in _nodes.values()]}
        )
    node = _nodes.get(request["node"])
    if node is None:
        raise LookupError("there is no node of the type " + str(request["node"]))
    node.config = request.get("config") or {}
    if function == "run":
        return run(node, request["input"])
    if function == "prep":
        return _success(_prepared(node, request["input"]))
    if function == "exec":
        return _success(node.exec(request["prepResult"]))
    if function == "post":
        return _posted(node, request["input"], request["execResult"])
    raise LookupError("there is no function " + str(function))


def run(node: "Any", value: "Any") -> "dict[str, Any]":
    """Do prep, exec and post of a node; gives the response."""
    return _posted(node, value, node.exec(_prepared(node, value)))


def _prepared(node: "Any", value: "Any") -> "Any":
    return node.prep(value) if hasattr(node, "prep") else value


def _posted(node: "Any", value: "Any", output: "Any") -> "dict[str, Any]":
    if not hasattr(node, "post"):
        return _success(output)
    chosen = node.post(value, output)
    if not isinstance(chosen, tuple) or len(chosen) != 2 or not isinstance(chosen[1], str):
        raise TypeError("post has to give a tuple: the output and the name of the next action")
    response = _success(chosen[0])
    response["next"] = chosen[1]
    return response


def _success(output: object) -> "dict[str, Any]":
    return {"success": True, "output": output}
