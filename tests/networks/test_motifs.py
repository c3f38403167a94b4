import itertools

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms.isomorphism import categorical_multiedge_match

from evonas.networks.motifs import pairs, simplest

IDENTITY = 3
labels = st.sampled_from([None, 1, 2, IDENTITY])
motifs = st.one_of(*(st.tuples(*[labels] * (n * (n - 1) // 2)) for n in (2, 3, 4, 5)))


def computed(motif):
    """What a motif computes, as a graph: what hands on one thing alone is left out."""
    n_nodes = next(n for n in range(2, 9) if len(pairs(n)) == len(motif))
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(range(n_nodes))
    for (i, j), label in zip(pairs(n_nodes), motif, strict=True):
        if label is not None:
            graph.add_edge(i, j, label=label)
    last = n_nodes - 1
    ways = networkx.descendants(graph, 0) & networkx.ancestors(graph, last)
    if last not in networkx.descendants(graph, 0):
        return None
    graph = graph.subgraph({0, last, *ways}).copy()
    for node in range(1, n_nodes):
        found = list(graph.in_edges(node, data="label")) if node in graph else []
        if len(found) == 1 and found[0][2] == IDENTITY:
            source = found[0][0]
            for _, target, label in list(graph.out_edges(node, data="label")):
                graph.add_edge(source, target, label=label)
            graph.remove_node(node)
            if node == last:
                last = source
    for node in graph:
        graph.nodes[node]["role"] = (node == 0, node == last)
    return graph


def is_same(one, other):
    if one is None or other is None:
        return one is other
    return networkx.is_isomorphic(
        one,
        other,
        node_match=lambda a, b: a["role"] == b["role"],
        edge_match=categorical_multiedge_match("label", None),
    )


@settings(max_examples=300, deadline=None)
@given(motif=motifs)
def test_the_simplest_spelling_computes_the_same_and_is_its_own(motif):
    spelled = simplest(motif, identity=IDENTITY)
    assert is_same(computed(spelled), computed(motif))
    assert simplest(spelled, identity=IDENTITY) == spelled


def test_motifs_of_three_nodes_share_a_spelling_exactly_if_they_compute_the_same():
    every = list(itertools.product([None, 1, 2, IDENTITY], repeat=3))
    spelled = [simplest(motif, identity=IDENTITY) for motif in every]
    graphs = [computed(motif) for motif in every]
    for i, j in itertools.combinations(range(len(every)), 2):
        assert (spelled[i] == spelled[j]) == is_same(graphs[i], graphs[j])


@settings(max_examples=200, deadline=None)
@given(motif=st.tuples(*[labels] * 10), order=st.permutations([1, 2, 3]))
def test_the_order_of_the_inner_nodes_makes_no_difference(motif, order):
    number = {0: 0, 4: 4, **dict(enumerate(order, start=1))}
    moved = {
        (number[i], number[j]): label
        for (i, j), label in zip(pairs(5), motif, strict=True)
        if label is not None
    }
    if all(i < j for i, j in moved):
        other = [moved.get(pair) for pair in pairs(5)]
        assert simplest(other, identity=IDENTITY) == simplest(motif, identity=IDENTITY)


@pytest.mark.parametrize(
    ("motif", "spelling"),
    [
        ((None, None, 1), (None, None, None)),  # the output is joined to a node without a way
        ((1, None, IDENTITY), (None, 1, None)),
        ((IDENTITY, None, 1), (None, 1, None)),
        ((IDENTITY, None, IDENTITY), (None, IDENTITY, None)),
        ((IDENTITY, 2, 1), (IDENTITY, 1, 2)),  # two ways from the input to the output
        ((1, 2, 2), (1, 2, 2)),
    ],
)
def test_a_motif_of_three_nodes_is_spelled(motif, spelling):
    assert simplest(motif, identity=IDENTITY) == spelling
