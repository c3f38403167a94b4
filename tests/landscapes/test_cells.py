import itertools

import numpy as np
import pytest

from evonas.landscapes.cells import (
    EDGES,
    N_CELLS,
    NODES,
    NONE,
    OPERATIONS,
    WITHOUT_PATH,
    drawn,
    graph,
)
from evonas.landscapes.parts import STATE, Adder
from tests.landscapes.small import every_genome

DESIGN = drawn(np.random.default_rng(0))
SKIP, CONV, POOL = (OPERATIONS.index(word) for word in ("skip", "conv3x3", "max_pool"))


def genome(**operations):
    names = [f"{source}_{node}" for source, node in EDGES]
    assert set(operations) <= set(names)
    return tuple(operations.get(name, 0) for name in names)


def test_edges_on_no_path_are_gone():
    dangling = genome(input_left=CONV, input_middle=SKIP, middle_output=CONV)
    assert DESIGN.fold(dangling) == genome(input_middle=SKIP, middle_output=CONV)


def test_left_and_right_are_alike():
    left = genome(input_left=CONV, left_middle=POOL, middle_output=SKIP)
    right = genome(input_right=CONV, right_middle=POOL, middle_output=SKIP)
    assert DESIGN.fold(left) == DESIGN.fold(right)


def test_cells_that_fold_together_add_up_to_the_same_and_folding_ends():
    add = Adder(DESIGN)
    for drawn_genome in DESIGN.space.sample(300, np.random.default_rng(1)):
        folded = DESIGN.fold(drawn_genome)
        assert add(folded) == add(drawn_genome)
        assert DESIGN.fold(folded) == folded


def test_folding_never_merges_cells_of_different_graphs():
    """Two cells fold together exactly if their graphs are the same or each other's mirror."""
    swapped = {"left": "right", "right": "left"}

    def edges(cell):
        return {tuple(edge) for edge in cell.edges}

    def mirrored(cell):
        return {(swapped.get(a, a), swapped.get(b, b), word) for a, b, word in edges(cell)}

    rng = np.random.default_rng(2)
    folded = [DESIGN.fold(g) for g in DESIGN.space.sample(300, rng)]
    for a, b in itertools.pairwise(folded):
        same = edges(graph(a)) in (edges(graph(b)), mirrored(graph(b)))
        assert (a == b) == same


def test_cells_without_a_path_guess_and_are_one():
    states = Adder(DESIGN).of_many(every_genome(DESIGN))[:, STATE]
    assert len(states) == N_CELLS
    assert 0.01 < np.mean(states == WITHOUT_PATH) < 0.05
    no_path = genome(input_left=CONV, right_output=CONV, left_middle=POOL)
    assert DESIGN.fold(no_path) == (0,) * len(EDGES)


def test_more_learning_paths_lose_less():
    """One convolution on the only path loses more than two of them on the longest."""
    add = Adder(DESIGN)
    none = add(genome(input_middle=SKIP, middle_output=SKIP)).loss
    one = add(genome(input_middle=CONV, middle_output=SKIP)).loss
    assert one < none


@pytest.mark.parametrize("word", [word for word in OPERATIONS if word != NONE])
def test_a_graph_has_the_edges_that_are_there(word):
    cell = graph(genome(input_left=OPERATIONS.index(word), left_output=SKIP))
    assert cell.nodes == ("input", "left", "output")
    assert cell.edges == (("input", "left", word), ("left", "output", "skip"))
    assert graph((0,) * len(EDGES)).nodes == (NODES[0], NODES[-1])
