"""Parts of made-up networks: what each costs and loses, given the parts before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from evonas.cell import Cell
from evonas.space import Gene, Genome, SearchSpace

LOSS_UNIT = 1e-6  # losses are whole numbers of it, so that sums are the same in any order
LOSS, MACS, PARAMS, STATE = range(4)  # the columns of a part's table


class Totals(NamedTuple):
    """What the parts of a network add up to.

    Attributes:
        loss: Sum of the losses, in units of ``LOSS_UNIT``.
        macs: Sum of the multiply-accumulates, in the design's unit.
        params: Sum of the parameters, in the design's unit.
        state: What is left to know of the network behind its last part.
    """

    loss: int
    macs: int
    params: int
    state: int


@dataclass(frozen=True)
class Part:
    """A few genes that are decided together, and what each of their settings adds.

    What a part adds may depend on the parts before it by their state alone, a small number
    that each part hands on to the next. That is what makes true fronts known by construction.

    Attributes:
        genes: The genes of the part.
        table: By state and by setting of the genes, ``(n_states, n_settings, 4)``: loss, MACs,
            parameters, and the state that is handed on. Settings are numbered as by
            ``np.ravel_multi_index``. The first part is always in state 0.
    """

    genes: tuple[Gene, ...]
    table: np.ndarray

    @classmethod
    def of(
        cls,
        genes: Sequence[Gene],
        *,
        loss: np.ndarray,
        macs: np.ndarray | int,
        params: np.ndarray | int,
        state: np.ndarray | int = 0,
    ) -> Part:
        """A part whose losses are real numbers.

        Args:
            genes: The genes of the part.
            loss: What is lost, ``(n_states, ...)`` with an axis for every gene; all others
                broadcast to it, and it to them.
            macs: Multiply-accumulates, whole numbers of the design's unit.
            params: Parameters, whole numbers of the design's unit.
            state: The state that is handed on.
        """
        micro = np.rint(np.asarray(loss) / LOSS_UNIT).astype(np.int64)
        columns = np.broadcast_arrays(micro, macs, params, state)
        n_settings = math.prod(len(gene.choices) for gene in genes)
        table = np.stack([c.reshape(len(c), n_settings) for c in columns], axis=-1)
        return cls(tuple(genes), table)


@dataclass(frozen=True)
class Design:
    """A made-up space: its genes, and what networks of it add up to.

    Attributes:
        parts: The parts, in the order of their genes.
        base: MACs and parameters of every network, of its stem and head.
        units: One MAC and one parameter of the tables stand for so many.
        ruined: States behind the last part in which a network has come to guessing, or nearly.
        fold: Maps a genome to the one that stands for all of the same network, if several do.
        cells: The small graph that a network repeats, by its genome, if it has one.
        noise: How noisy a training is, as a share of the accuracies' spread in the better
            half of the space.
    """

    parts: tuple[Part, ...]
    base: tuple[int, int]
    units: tuple[int, int]
    ruined: frozenset[int] = frozenset()
    fold: Callable[[Genome], Genome] | None = None
    cells: Callable[[Genome], Cell] | None = None
    noise: float = 0.1

    @property
    def space(self) -> SearchSpace:
        """The architectures that the genes of all parts spell."""
        return SearchSpace([gene for part in self.parts for gene in part.genes], fold=self.fold)


def weights(i: int, n_parts: int) -> tuple[int, int]:
    """By how much the MACs and the parameters of a part count.

    Maps are halved, and channels doubled, in the middle of a network.

    Args:
        i: Number of the part, from 0.
        n_parts: How many parts the network has.
    """
    return (2, 1) if i < n_parts / 2 else (1, 2)


class Adder:
    """Adds up the parts of networks.

    Args:
        design: The space, and what its parts add.
    """

    def __init__(self, design: Design) -> None:
        self._base = design.base
        self._steps = []
        begin = 0
        for part in design.parts:
            sizes = [len(gene.choices) for gene in part.genes]
            strides = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
            places = tuple(zip(range(begin, begin + len(sizes)), strides, strict=True))
            self._steps.append((places, part.table))
            begin += len(sizes)

    def __call__(self, genome: Genome) -> Totals:
        """What one network adds up to."""
        (macs, params), loss, state = self._base, 0, 0
        for places, table in self._steps:
            setting = 0
            for place, stride in places:
                setting += genome[place] * stride
            more_loss, more_macs, more_params, state = table[state, setting].tolist()
            loss += more_loss
            macs += more_macs
            params += more_params
        return Totals(loss, macs, params, state)

    def of_many(self, genomes: np.ndarray) -> np.ndarray:
        """What many networks add up to: loss, MACs, parameters and last state, ``(n, 4)``.

        Args:
            genomes: The genomes, ``(n, n_genes)``.
        """
        totals = np.zeros((len(genomes), 4), dtype=np.int64)
        totals[:, [MACS, PARAMS]] = self._base
        for places, table in self._steps:
            settings = sum(genomes[:, place] * stride for place, stride in places)
            added = table[totals[:, STATE], settings]
            totals[:, :STATE] += added[:, :STATE]
            totals[:, STATE] = added[:, STATE]
        return totals
