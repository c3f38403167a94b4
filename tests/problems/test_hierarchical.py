"""The hierarchical space: motifs of motifs, and what of them makes a difference."""

import networkx
import numpy as np
import pytest
import torch

from evonas.networks.graph import GraphNetwork, count_graph
from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings

CONV, DEPTHWISE, SEPARABLE, MAX, MEAN, IDENTITY = range(1, 7)
WIDE = (0, 0)  # the first choice of channels, and one cell a group


@pytest.fixture(scope="module")
def problem():
    return ProblemSpec("hierarchical", Settings()).open()


def genome(*motifs, cell, rest=WIDE):
    """Motifs and the cell by the pairs of nodes that are joined, as ``{"01": CONV}``."""
    places = [f"{i}{j}" for j in range(1, 5) for i in range(j)]
    motifs = [*motifs, *[{}] * (6 - len(motifs))]
    edges = [motif.get(place, 0) for motif in motifs for place in places[:6]]
    return (*edges, *(cell.get(place, 0) for place in places), *rest)


def as_networkx(graph):
    """The network as a graph, in which a node knows its part."""
    drawn = networkx.MultiDiGraph()
    drawn.add_node("images", part=None)
    for name, node in graph.alive.items():
        drawn.add_node(name, part=node.part)
        drawn.add_edges_from((source, name) for source in node.sources)
    return drawn


def is_same(one, other):
    return networkx.is_isomorphic(
        as_networkx(one), as_networkx(other), node_match=lambda a, b: a["part"] == b["part"]
    )


def test_the_canonical_genome_stands_for_the_same_network_as_it_is_spelled(problem):
    for drawn in problem.space.sample(5, np.random.default_rng(0)):
        canonical = problem.canonical(drawn)
        assert is_same(problem.as_spelled(drawn), problem.as_spelled(canonical))


BOTH = {"01": CONV, "13": MAX}
FOLDED = [
    # motifs that compute the same are one, whichever number they have
    (
        genome(BOTH, {"02": CONV, "23": MAX}, cell={"01": 1, "14": 2}),
        genome({}, {}, BOTH, cell={"01": 3, "14": 3}),
    ),
    # a motif that is not used, and nodes that lead nowhere, make no difference
    (
        genome(BOTH, {"03": MEAN}, cell={"04": 1}),
        genome({**BOTH, "02": CONV}, cell={"04": 1, "01": 1}),
    ),
    # what only hands on is no step of its own, in a motif and in the cell
    (
        genome(BOTH, {"03": IDENTITY}, cell={"01": 2, "14": 1}),
        genome({"01": CONV, "12": MAX, "23": IDENTITY}, cell={"04": 1}),
    ),
    # a motif through which nothing gets is as none
    (
        genome(BOTH, {"01": CONV}, cell={"04": 1, "01": 2, "14": 1}),
        genome(BOTH, cell={"04": 1}),
    ),
    # a cell through which nothing gets hands on what it is given, however many there are
    (genome(cell={}, rest=(1, 2)), genome({"03": IDENTITY}, cell={"04": 1}, rest=(1, 0))),
]


@pytest.mark.parametrize(("one", "other"), FOLDED)
def test_genomes_that_spell_one_network_fold_together(problem, one, other):
    assert problem.canonical(one) == problem.canonical(other)
    assert is_same(problem.as_spelled(one), problem.as_spelled(other))


def test_two_ways_between_two_nodes_are_kept_apart_from_one(problem):
    two = genome({"03": CONV, "01": IDENTITY, "13": CONV}, cell={"04": 1})
    one = genome({"03": CONV}, cell={"04": 1})
    costs = [count_graph(problem.as_spelled(g), (1, 8, 8)).params for g in (two, one)]
    assert costs[0] > costs[1]
    assert problem.canonical(two) != problem.canonical(one)


def test_a_cell_has_weights_of_its_own_wherever_a_motif_stands(problem):
    once = genome({"03": CONV}, cell={"04": 1})
    twice = genome({"03": CONV}, cell={"01": 1, "14": 1})
    none = genome(cell={})
    n_once, n_twice, n_none = (
        count_graph(problem.as_spelled(g), (1, 8, 8)).params for g in (once, twice, none)
    )
    per_motif = sum(n * n + 2 * n for n in (8, 16, 32))  # a 1x1 convolution and batch norm
    assert n_once - n_none == n_twice - n_once == per_motif


@pytest.mark.parametrize("size", [8, 28, 224])
def test_maps_are_halved_between_groups_down_to_two_pixels(size):
    problem = ProblemSpec("hierarchical", Settings(data="cifar10", image_size=size)).open()
    spelled = problem.as_spelled(genome({"03": MEAN}, cell={"04": 1}))
    with torch.device("meta"):
        network = GraphNetwork(spelled)
        last = next(name for name in reversed(list(network.nodes)) if name.startswith("group3"))
        (found,) = network.run(torch.empty(1, 3, size, size), [last])
    side = {8: 2, 28: 7, 224: 7}[size]
    assert found.shape[1:] == (32, side, side)
