import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.landscapes.conditional import KINDS, MOST_LAYERS, N_GENES, drawn, fold
from evonas.landscapes.parts import Adder

DESIGN = drawn(np.random.default_rng(0))
genomes = st.tuples(*(st.integers(0, size - 1) for size in DESIGN.space.sizes))


@settings(deadline=None)
@given(genome=genomes)
def test_genes_that_make_no_difference_are_folded(genome):
    folded = fold(genome)
    assert fold(folded) == folded
    assert Adder(DESIGN)(folded) == Adder(DESIGN)(genome)


@settings(deadline=None)
@given(genome=genomes)
def test_as_many_genes_are_active_as_depth_and_kind_let(genome):
    active = set(DESIGN.space.active(genome))
    for stage in range(len(DESIGN.parts)):
        kind, depth = genome[stage * N_GENES : stage * N_GENES + 2]
        each = {"convolution": 1, "inverted residual": 2, "attention": 1}[KINDS[kind]]
        wanted = 2 + each * (depth + 1) + (KINDS[kind] == "attention")
        assert sum(name.startswith(f"stage{stage + 1}_") for name in active) == wanted


def test_deeper_stages_cost_more():
    add = Adder(drawn(np.random.default_rng(0), 1))
    for kind in range(len(KINDS)):
        costs = [add((kind, depth, *(0,) * (N_GENES - 2))) for depth in range(MOST_LAYERS)]
        assert np.all(np.diff([cost.macs for cost in costs]) > 0)
        assert np.all(np.diff([cost.params for cost in costs]) > 0)
