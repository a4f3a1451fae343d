"""Where everything in a picture stands: layers from top to bottom, as Sugiyama and others draw.

Loops are cut, each node goes below all that lead to it, a way that passes layers gets a joint in
each of them, the layers are put in an order with few crossings, and their members are drawn
towards their neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

_SWEEPS: Final = 12
"""Passes over the layers; small graphs are in order after four."""

Edge = tuple[str, str]
Joint = tuple[int, int]
"""A place on the way of an edge: the number of the edge, and the layer."""
Member = str | Joint


@dataclass(slots=True)
class Layout:
    """Centres of nodes, and the points that each edge passes, in the direction of its arrow."""

    layers: list[list[Member]]
    x: dict[Member, float]
    bends: list[list[Member]] = field(default_factory=list)
    """By edge: its members from the source to the target; empty for an edge to itself."""


def layout(
    nodes: Sequence[str], edges: Sequence[Edge], widths: Mapping[str, float], gap: float
) -> Layout:
    """Lay out a graph.

    Args:
        nodes: the first one stands at the top.
        edges: ways between them.
        widths: of the nodes.
        gap: between two members of a layer.
    """
    layer_of = _layers(nodes, _acyclic(nodes, edges))
    layers: list[list[Member]] = [[] for _ in range(max(layer_of.values()) + 1)]
    for node in nodes:
        layers[layer_of[node]].append(node)
    bends: list[list[Member]] = []
    for number, (source, target) in enumerate(edges):
        first, last = layer_of[source], layer_of[target]
        step = 1 if last >= first else -1
        joints: list[Joint] = [(number, at) for at in range(first + step, last, step)]
        for joint in joints:
            layers[joint[1]].append(joint)
        bends.append([] if source == target else [source, *joints, target])
    neighbours = _neighbours(bends)
    for sweep in range(_SWEEPS):
        _order(layers, neighbours, downwards=sweep % 2 == 0)
    return Layout(layers, _places(layers, neighbours, widths, gap), bends)


def _acyclic(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Turn the edges round that close a loop, and leave out those to itself."""
    leaving = defaultdict(list)
    for source, target in edges:
        leaving[source].append(target)
    state: dict[str, bool] = {}
    turned: set[Edge] = set()
    for root in nodes:
        if root in state:
            continue
        state[root] = True
        way = [(root, iter(leaving[root]))]
        while way:
            node, targets = way[-1]
            for target in targets:
                if state.get(target):
                    turned.add((node, target))
                elif target not in state:
                    state[target] = True
                    way.append((target, iter(leaving[target])))
                    break
            else:
                state[node] = False
                way.pop()
    return [edge[::-1] if edge in turned else edge for edge in edges if edge[0] != edge[1]]


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Give each node the layer below the lowest of those that lead to it."""
    entering = defaultdict(set)
    leaving = defaultdict(set)
    for source, target in edges:
        entering[target].add(source)
        leaving[source].add(target)
    found = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not entering[node]]
    while ready:
        node = ready.pop()
        for target in leaving[node]:
            found[target] = max(found[target], found[node] + 1)
            entering[target].discard(node)
            if not entering[target]:
                ready.append(target)
    return found


def _neighbours(bends: Iterable[Sequence[Member]]) -> Mapping[Member, list[Member]]:
    found: dict[Member, list[Member]] = defaultdict(list)
    for bend in bends:
        for one, other in pairwise(bend):
            found[one].append(other)
            found[other].append(one)
    return found


def _order(
    layers: list[list[Member]], neighbours: Mapping[Member, list[Member]], *, downwards: bool
) -> None:
    """Sort each layer by where its neighbours in the layer before stand on average."""
    order = layers if downwards else layers[::-1]
    for before, layer in pairwise(order):
        at = {member: index for index, member in enumerate(before)}
        centres: dict[Member, float] = {}
        for index, member in enumerate(layer):
            known = [at[other] for other in neighbours[member] if other in at]
            centres[member] = sum(known) / len(known) if known else float(index)
        layer.sort(key=centres.__getitem__)


def _places(
    layers: Sequence[Sequence[Member]],
    neighbours: Mapping[Member, list[Member]],
    widths: Mapping[str, float],
    gap: float,
) -> dict[Member, float]:
    def width(member: Member) -> float:
        return widths[member] if isinstance(member, str) else gap / 2

    x: dict[Member, float] = {}
    for layer in layers:
        _spread(layer, [0.0] * len(layer), width, gap, x)
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wanted = [
                sum(x[other] for other in neighbours[member]) / len(neighbours[member])
                if neighbours[member]
                else x[member]
                for member in layer
            ]
            _spread(layer, wanted, width, gap, x)
    left = min(x[member] - width(member) / 2 for layer in layers for member in layer)
    return {member: at - left for member, at in x.items()}


def _spread(
    layer: Sequence[Member],
    wanted: Sequence[float],
    width: Callable[[Member], float],
    gap: float,
    x: dict[Member, float],
) -> None:
    """Put each member near to where it wants to be, in order and without touching another.

    Members that would touch become a block, which stands where its members want to be on average.
    """
    blocks: list[_Block] = []
    offset = 0.0
    for index, member in enumerate(layer):
        if index:
            offset += (width(layer[index - 1]) + width(member)) / 2 + gap
        x[member] = offset
        blocks.append(_Block([member], wanted[index] - offset))
        while len(blocks) > 1 and blocks[-2].shift > blocks[-1].shift:
            last = blocks.pop()
            before = blocks.pop()
            sizes = len(before.members), len(last.members)
            shift = (before.shift * sizes[0] + last.shift * sizes[1]) / sum(sizes)
            blocks.append(_Block(before.members + last.members, shift))
    for block in blocks:
        for member in block.members:
            x[member] += block.shift


class _Block(NamedTuple):
    members: list[Member]
    shift: float
