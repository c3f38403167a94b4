"""Motifs: small graphs whose edges carry labels, and the one spelling of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import permutations
from typing import Any

Label = Any  # hashable, and in an order with the other labels of a motif
Edge = tuple[int, int, Label]  # source, target, and what is done on the way


@cache
def pairs(n_nodes: int) -> tuple[tuple[int, int], ...]:
    """Source and target of every place for an edge, in the order in which motifs list them.

    Args:
        n_nodes: How many nodes the motif has; the first is its input, the last its output.
    """
    return tuple((i, j) for j in range(1, n_nodes) for i in range(j))


def simplest(labels: Sequence[Label | None], *, identity: Label) -> tuple[Label | None, ...]:
    """The one spelling of all motifs that compute the same.

    Nodes that nothing reaches, or that reach nothing, are left out. A node that only hands on
    what one other gives is none of its own, unless it is needed as a second way between two
    nodes that are joined more than once. The others stand in that order of all orders whose
    labels come first.

    Args:
        labels: The label of every pair of nodes in the order of ``pairs``; ``None`` where no
            edge joins them.
        identity: The label of an edge that hands on what it is given.

    Returns:
        The labels of the spelling, likewise; ``None`` everywhere if nothing gets through.
    """
    places = pairs(_n_nodes(len(labels)))
    last = places[-1][1]
    labelled = zip(places, labels, strict=True)
    alive = _alive([(*pair, label) for pair, label in labelled if label is not None], last)
    if not alive:
        return (None,) * len(labels)
    edges, output = _contracted(alive, last, identity)
    if output == 0:
        edges, output = [(0, last, identity)], last
    return _first_order(_spread(edges, last + 1, identity), places, output)


@cache
def _n_nodes(n_pairs: int) -> int:
    return next(n for n in range(2, n_pairs + 2) if len(pairs(n)) == n_pairs)


def _alive(edges: Sequence[Edge], last: int) -> list[Edge]:
    """The edges on a way from the input to the output; edges stand in the order of targets."""
    reached, needed = {0}, {last}
    for source, target, _ in edges:
        if source in reached:
            reached.add(target)
    for source, target, _ in reversed(edges):
        if target in needed:
            needed.add(source)
    return [edge for edge in edges if edge[0] in reached and edge[1] in needed]


def _contracted(edges: Sequence[Edge], output: int, identity: Label) -> tuple[list[Edge], int]:
    """The edges, maybe several between two nodes, without nodes that only hand on."""
    stands_for, taken_by = {0: 0}, dict[int, list[Edge]]()
    for source, target, label in edges:
        taken_by.setdefault(target, []).append((source, target, label))
    kept: list[Edge] = []
    for node, taken in taken_by.items():
        if len(taken) == 1 and taken[0][2] == identity:
            stands_for[node] = stands_for[taken[0][0]]
        else:
            stands_for[node] = node
            kept += [(stands_for[source], target, label) for source, target, label in taken]
    return kept, stands_for[output]


def _spread(edges: list[Edge], first_copy: int, identity: Label) -> list[Edge]:
    """The edges, one at most between two nodes: of several, all but one begin at a copy."""
    if len({edge[:2] for edge in edges}) == len(edges):
        return edges
    labels_between: dict[tuple[int, int], list[Label]] = {}
    for source, target, label in edges:
        labels_between.setdefault((source, target), []).append(label)
    spread: list[Edge] = []
    copies: dict[tuple[int, int], int] = {}
    for (source, target), labels in labels_between.items():
        for which, label in enumerate(sorted(labels)):
            if which and (source, which) not in copies:
                copies[source, which] = first_copy + len(copies)
                spread.append((source, copies[source, which], identity))
            spread.append((copies[source, which] if which else source, target, label))
    return spread


def _first_order(
    edges: Sequence[Edge], places: Sequence[tuple[int, int]], output: int
) -> tuple[Label | None, ...]:
    """The labels in that order of the inner nodes, of all that are possible, that is first."""
    in_order = sorted({label for _, _, label in edges})
    ranks = {label: rank for rank, label in enumerate(in_order, start=1)}
    ranked = [(source, target, ranks[label]) for source, target, label in edges]
    inner = {node for edge in edges for node in edge[:2]} - {0, output}
    spellings = []
    for order in permutations(inner):
        number = {0: 0, output: places[-1][1]}
        number |= {node: i for i, node in enumerate(order, start=1)}
        spelled = [0] * len(places)
        for source, target, rank in ranked:
            i, j = number[source], number[target]
            if i >= j:
                break
            spelled[j * (j - 1) // 2 + i] = rank
        else:
            spellings.append(spelled)
    return tuple(in_order[rank - 1] if rank else None for rank in min(spellings))
