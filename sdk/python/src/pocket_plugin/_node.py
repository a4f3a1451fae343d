"""The class that a plugin's nodes are made of."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PluginNode:
    """One step that a workflow can take.

    A node may also have `prep(self, value)`, which turns the node's input into what `exec` gets,
    and `post(self, value, output)`, which gives a tuple: the node's output, and the name of the
    action that chooses the workflow's next node.

    Attributes:
        metadata: what the node is called and does, what it takes and gives: `type`, `category`,
            `description`, as JSON Schemas `configSchema`, `inputSchema` and `outputSchema`, and
            `examples`, a list of `{"name", "config", "input", "output"}`; `stream` is True for what
            works on a stream, see `pocket_plugin.stream`. Only `type` is required.
        config: the node's, with the defaults of `configSchema` filled in; set before a call.
    """

    metadata: "dict[str, Any]" = {}
    config: "Any" = {}

    def exec(self, prepared: "Any") -> "Any":
        """Do the work. What is raised becomes the error of the call.

        Args:
            prepared: what `prep` gave; without a `prep`, the node's input.
        """
        raise NotImplementedError(type(self).__name__ + " has no exec")
