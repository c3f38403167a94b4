"""Networks of stages: which of them halve their maps, and the one way to spell them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

L = TypeVar("L")

SMALLEST_SIZE = 2  # no stage reduces a feature map below this side
STEM_SIZE = 32  # stems halve larger images until they are no larger than this


def stem_halvings(size: int) -> int:
    """How often a stem halves images, so that small ones keep their size.

    Args:
        size: Side of the images, in pixels.
    """
    return max(0, math.ceil(math.log2(size / STEM_SIZE)))


def halved(size: int, n_halvings: int) -> int:
    """Side of a map after some halvings, each rounded up.

    Args:
        size: Side of the map before, in pixels.
        n_halvings: How often it is halved.
    """
    return math.ceil(size / (1 << n_halvings))


def halving(size: int, wanted: Iterable[bool]) -> Iterator[bool]:
    """Whether each stage halves its map, of those that want to.

    A halving that would leave fewer than 2 x 2 pixels does nothing, so that every genome fits
    every image size.

    Args:
        size: Side of the map that the first stage takes, in pixels.
        wanted: Whether each stage is to halve its map, in order.
    """
    for is_wanted in wanted:
        halves = is_wanted and size >= 2 * SMALLEST_SIZE
        size = math.ceil(size / 2) if halves else size
        yield halves


def genes_of(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """The genes of stages, each called by its name and the number of its stage, from 1.

    Args:
        names: Names of the genes of one stage.
        rows: Of each stage the values of its genes, in the order of the names.
    """
    return {
        f"{name}{stage}": value
        for stage, row in enumerate(rows, start=1)
        for name, value in zip(names, row, strict=True)
    }


def gathered(
    layers: Iterable[L], *, n_stages: int, fits: Callable[[int, Sequence[L], L], bool]
) -> list[list[L]]:
    """The layers of a network in stages, every stage filled before the next is begun.

    Several genomes spell one network where a stage could hold what the next one begins with.
    This is the spelling that all of them fold to.

    Args:
        layers: The layers in order.
        n_stages: How many stages there are.
        fits: Whether a stage, counted from 0, can hold one more layer behind those that it
            holds. Layers that it can hold in a row it can hold without the first ones, too.

    Returns:
        The layers of every stage; empty for a stage that holds none.

    Raises:
        ValueError: The stages cannot hold the layers.
    """
    stages: list[list[L]] = [[] for _ in range(n_stages)]
    stage = 0
    for layer in layers:
        while stage < n_stages and not fits(stage, stages[stage], layer):
            stage += 1
        if stage == n_stages:
            raise ValueError(f"{n_stages} stages cannot hold such layers; stuck at {layer}")
        stages[stage].append(layer)
    return stages
