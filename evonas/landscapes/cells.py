"""Cells: small graphs whose worth lies in the paths from their input to their output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evonas.cell import Cell, Edge
from evonas.landscapes.parts import Design, Part
from evonas.space import Gene, Genome

NODES = ("input", "left", "right", "middle", "output")
EDGES = (
    *(("input", "left"), ("input", "right"), ("input", "middle"), ("left", "middle")),
    *(("right", "middle"), ("left", "output"), ("right", "output"), ("middle", "output")),
)
MIRRORED = (1, 0, 2, 4, 3, 6, 5, 7)  # places of the edges when left and right change places
ROLES = np.array([0, 0, 1, 2, 2, 3, 3, 4])  # of the edges; a mirrored one has the same
NONE = "none"
OPERATIONS = (NONE, "skip", "conv3x3", "separable5x5", "max_pool")
PRICES = np.array([0, 0, 9, 5, 1])  # MACs of an operation, relative to each other
WEIGHTS = np.array([0, 0, 9, 2, 0])  # parameters
AREAS = np.array([2, 2, 2, 1, 1, 1, 1, 1])  # of the maps that edges work on; the input halves
PATHS = ((0, 5), (1, 6), (2, 7), (0, 3, 7), (1, 4, 7))  # edges on the way to the output
PAIRS = ((0, 3), (0, 5), (1, 4), (1, 6), (2, 7), (3, 7), (4, 7))  # edges one behind the other
N_CELLS = len(OPERATIONS) ** len(EDGES)
WITHOUT_PATH = 1  # the state of cells that only guess
MUCH = 50.0  # loss of these
BOTH_LEARN = [OPERATIONS.index("conv3x3"), OPERATIONS.index("separable5x5")]


def drawn(rng: np.random.Generator) -> Design:
    """All 390,625 cells of five nodes, eight edges and five operations.

    Edges on no path from the input to the output do nothing, and left and right are alike, so
    many genomes stand for one cell. A cell without a path guesses. All are looked through, so
    the true front is that of an enumeration.

    Args:
        rng: Draws what operations, paths and places are worth.
    """
    genes = tuple(Gene(f"{source}_{node}", OPERATIONS) for source, node in EDGES)
    written = np.indices((len(OPERATIONS),) * len(EDGES)).reshape(len(EDGES), -1)
    standing = _standing(written)
    stand, places = np.unique(standing, return_inverse=True)
    edges = written[:, stand]
    loss = _loss(edges, rng)
    part = Part.of(
        genes,
        loss=loss[None, places],
        macs=(AREAS @ PRICES[edges])[None, places],
        params=WEIGHTS[edges].sum(0)[None, places],
        state=(~_path_exists(edges) * WITHOUT_PATH)[None, places],
    )
    return Design(
        (part,),
        base=(3, 2),
        units=(1_500_000, 12_000),
        ruined=frozenset({WITHOUT_PATH}),
        fold=Folded(standing),
        cells=graph,
    )


@dataclass(frozen=True)
class Folded:
    """The fold of cells: what does nothing is gone, and of two mirrored cells one stands.

    Attributes:
        standing: By number of a genome, the number of the one that stands for its cell.
    """

    standing: np.ndarray

    def __call__(self, genome: Genome) -> Genome:
        """The genome that stands for a cell."""
        number = 0
        for operation in genome:
            number = number * len(OPERATIONS) + operation
        number = int(self.standing[number])
        folded: list[int] = []
        for _ in genome:
            number, operation = divmod(number, len(OPERATIONS))
            folded.append(operation)
        return tuple(folded[::-1])


def graph(genome: Genome) -> Cell:
    """A cell as people draw it, without the edges that are not there.

    Args:
        genome: The genome that stands for the cell.
    """
    words = [OPERATIONS[operation] for operation in genome]
    edges = [Edge(*ends, word) for ends, word in zip(EDGES, words, strict=True) if word != NONE]
    used = {name for edge in edges for name in edge[:2]} | {NODES[0], NODES[-1]}
    return Cell(tuple(name for name in NODES if name in used), tuple(edges))


def _standing(written: np.ndarray) -> np.ndarray:
    """The number of the genome that stands for each, by number; all edges are given."""
    is_on_path = np.zeros(written.shape, dtype=bool)
    for path in PATHS:
        is_on_path[list(path)] |= (written[list(path)] > 0).all(0)
    alive = np.where(is_on_path, written, 0)
    strides = len(OPERATIONS) ** np.arange(len(EDGES))[::-1]
    standing: np.ndarray = np.minimum(strides @ alive, strides @ alive[list(MIRRORED)])
    return standing


def _path_exists(edges: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.any([(edges[list(path)] > 0).all(0) for path in PATHS], axis=0)
    return found


def _loss(edges: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What cells lose, ``(n,)``, by the operations of their edges, ``(n_edges, n)``."""
    strength = np.array([0.0, 0.0, 1.0, rng.uniform(0.6, 1.1), rng.uniform(0.1, 0.25)])
    longest, n_learning, shortest = _along_paths(edges, strength)
    longest_pace, paths_pace = rng.uniform(0.7, 1.2), rng.uniform(0.4, 0.9)
    loss: np.ndarray = 2.2 * np.exp(-longest_pace * longest)
    loss += 0.7 * np.exp(-paths_pace * n_learning)
    loss += rng.uniform(0.1, 0.4) * (shortest > 1)  # gradients have no short way
    loss += _of_pairs(edges, rng) + _of_places(edges, rng)
    return np.where(_path_exists(edges), loss, MUCH)


def _along_paths(
    edges: np.ndarray, strength: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The longest path by strength, the number that learn, and the fewest layers on one."""
    longest, n_learning = np.zeros(edges.shape[1]), np.zeros(edges.shape[1])
    shortest = np.full(edges.shape[1], len(EDGES))
    learns = np.isin(np.arange(len(OPERATIONS)), BOTH_LEARN)
    for path in PATHS:
        on_path = edges[list(path)]
        is_there = (on_path > 0).all(0)
        n_layers = learns[on_path].sum(0)
        longest = np.where(is_there, np.maximum(longest, strength[on_path].sum(0)), longest)
        n_learning += is_there & (n_layers > 0)
        shortest = np.where(is_there, np.minimum(shortest, n_layers), shortest)
    return longest, n_learning, shortest


def _of_pairs(edges: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How operations suit those behind them, on average over all such pairs."""
    suited = rng.normal(0.0, 0.3, (len(OPERATIONS), len(OPERATIONS)))
    suited[0], suited[:, 0] = 0.0, 0.0
    n_pairs = sum((edges[a] > 0) & (edges[b] > 0) for a, b in PAIRS)
    total = sum(suited[edges[a], edges[b]] for a, b in PAIRS)
    mean: np.ndarray = total / np.maximum(n_pairs, 1)
    return mean


def _of_places(edges: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What operations are worth at their places, which are the same left and right."""
    worth = rng.normal(0.0, 0.12, (int(ROLES.max()) + 1, len(OPERATIONS)))
    worth[:, 0] = 0.0
    total: np.ndarray = worth[ROLES[:, None], edges].sum(0) / len(EDGES) ** 0.5
    return total
