import numpy as np
import pytest
from algorithms.grid import Grid, flat, generations_of

from evonas.algorithms.ageing import LIFE, SAMPLE_SHARE, AgeingEvolution
from evonas.algorithms.operators import GenomeMutation, UniformSampling

POP = 4


def evolved(n_generations, *, seed=0, limit=None):
    algorithm = AgeingEvolution(
        pop_size=POP, sampling=UniformSampling(), mutation=GenomeMutation(n_changes=1.0)
    )
    return algorithm, generations_of(algorithm, Grid(limit=limit), n_generations, seed=seed)


@pytest.mark.parametrize("n_generations", [1, LIFE, LIFE + 2])
def test_the_living_are_the_latest_generations_however_good_the_dead_were(n_generations):
    algorithm, generations = evolved(n_generations)
    latest = flat(generations[-LIFE:])
    assert [tuple(row) for row in algorithm.pop.get("X").tolist()] == latest


def test_the_living_know_their_places_best_first():
    algorithm, _ = evolved(LIFE)
    place = algorithm.pop.get("place").astype(int)
    assert sorted(place) == list(range(LIFE * POP))
    best = algorithm.pop[int(place.argmin())]
    F = algorithm.pop.get("F")
    assert not ((F <= best.F).all(1) & (F < best.F).any(1)).any()


def test_what_breaks_a_constraint_lives_on_behind_all_that_keep_it():
    algorithm, _ = evolved(LIFE, limit=4)
    violation = algorithm.pop.get("CV")[:, 0]
    place = algorithm.pop.get("place").astype(int)
    assert (violation > 0).any()
    assert place[violation > 0].min() > place[violation <= 0].max()


def test_a_child_is_a_mutation_of_one_of_the_living():
    """With one gene changed at a time, a child shares a gene with its parent."""
    _, generations = evolved(LIFE + 1)
    living = set(flat(generations[:LIFE]))
    for child in generations[LIFE]:
        assert any(child[0] == parent[0] or child[1] == parent[1] for parent in living)


def test_the_best_of_a_quarter_of_the_living_is_the_parent():
    algorithm, _ = evolved(1)
    assert algorithm.mating.selection.pressure == round(SAMPLE_SHARE * LIFE * POP)
    place = algorithm.pop.get("place").astype(int)
    contests = np.array([[0, 1, 2], [3, 1, 0], [2, 2, 2]])
    (winners,) = algorithm.mating.selection.func_comp(algorithm.pop, contests).T
    assert [place[w] for w in winners] == [min(place[row]) for row in contests]


def test_the_seed_decides():
    assert evolved(4, seed=1)[1] == evolved(4, seed=1)[1] != evolved(4, seed=2)[1]


def test_the_smallest_tournament_is_of_two():
    algorithm = AgeingEvolution(
        pop_size=1, sampling=UniformSampling(), mutation=GenomeMutation(n_changes=1.0)
    )
    assert algorithm.mating.selection.pressure == 2
