"""What a picture of a workflow shows: its nodes, the ways between them, and a run on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pocket.drawing.footprint import Footprint
from pocket.workflow.model import WorkflowSpec
from pocket.workflow.node import DEFAULT_ACTION


class Box(NamedTuple):
    """One node."""

    name: str
    type: str
    visits: int = 0
    failed: bool = False
    """Whether its last visit failed."""
    took_us: int = 0
    """All visits together."""


class Way(NamedTuple):
    """One way from a node to the next; `source` is None where the run begins."""

    source: str | None
    target: str
    label: str = ""
    """The actions that take it; empty for the usual one."""
    times: int = 0
    """How often it was taken."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes in the order of the file, and the ways between them."""

    name: str
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]

    @classmethod
    def of(
        cls,
        spec: WorkflowSpec,
        routes: Mapping[str, Mapping[str, str]],
        footprint: Footprint | None = None,
    ) -> Picture:
        """Make the picture of a workflow.

        Args:
            spec: what the file says.
            routes: by node, by action: where it leads.
            footprint: of the runs to show; the ways that they took are shown even where nobody
                could know them before.
        """
        seen = footprint or Footprint()
        boxes = tuple(Box(node.name, node.type, *seen.visits_of(node.name)) for node in spec.nodes)
        labels = {
            (node.name, target): _label(routes[node.name], target)
            for node in spec.nodes
            for target in routes[node.name].values()
        }
        for source, target, action in seen.actions:
            labels.setdefault(
                (source, target), "" if action in (DEFAULT_ACTION, target) else action
            )
        ways = [Way(None, spec.start, "", seen.runs)]
        ways += [Way(*ends, label, seen.times[ends]) for ends, label in labels.items()]
        return cls(spec.name, boxes, tuple(ways))

    @property
    def traced(self) -> bool:
        """Whether it shows a run."""
        return any(box.visits for box in self.boxes)


def _label(routes: Mapping[str, str], target: str) -> str:
    """Name the actions that lead to a target, without those that go without saying."""
    actions = [action for action, to in routes.items() if to == target]
    if DEFAULT_ACTION in actions or target in actions:
        actions = [action for action in actions if action not in (DEFAULT_ACTION, target)]
        return f"also {', '.join(actions)}" if actions else ""
    return ", ".join(actions)
