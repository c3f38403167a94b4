import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.landscapes.parts import LOSS, MACS, PARAMS, STATE, Adder
from evonas.landscapes.true_front import best_by_state, non_dominated
from evonas.pareto.dominance import front
from tests.landscapes.small import KINDS, drawn, every_genome

COLUMNS = {False: [LOSS, MACS], True: [LOSS, MACS, PARAMS]}


@pytest.mark.parametrize("with_params", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kind", KINDS)
def test_the_best_in_every_state_are_those_of_an_enumeration(kind, seed, with_params):
    design = drawn(kind, seed)
    every = Adder(design).of_many(every_genome(design))
    found = best_by_state(design, with_params=with_params)
    columns = COLUMNS[with_params]
    for state in np.unique(every[:, STATE]):
        F = np.unique(every[every[:, STATE] == state][:, columns], axis=0)
        of_state = found.totals[found.totals[:, STATE] == state][:, columns]
        assert np.array_equal(np.unique(of_state, axis=0), F[front(F)])
        assert len(of_state) == front(F).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_the_genomes_add_up_to_what_is_said_of_them(kind):
    design = drawn(kind, 3)
    found = best_by_state(design, with_params=True)
    assert np.array_equal(Adder(design).of_many(found.genomes), found.totals)


points = st.lists(st.tuples(*[st.integers(0, 6)] * 3), max_size=30)


@settings(deadline=None)
@given(points=points, with_params=st.booleans())
def test_a_grid_finds_whom_pairwise_comparison_finds(points, with_params):
    values = np.array(points, dtype=np.int64).reshape(-1, 3)
    kept = non_dominated(values, with_params=with_params)
    F = np.unique(values[:, COLUMNS[with_params]], axis=0)
    assert np.array_equal(np.unique(values[kept][:, COLUMNS[with_params]], axis=0), F[front(F)])
    assert len(kept) == front(F).sum()
