from types import SimpleNamespace

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st
from pymoo.core.population import Population
from pymoo.core.problem import Problem as PymooProblem

from evonas.algorithms.operators import (
    CanonicalRepair,
    GenomeCrossover,
    GenomeMutation,
    OnlyNew,
    Seeded,
    SpreadSampling,
    UniformSampling,
)

sizes = st.lists(st.integers(1, 6), min_size=1, max_size=6).map(tuple)
seeds = st.integers(0, 2**32 - 1)
SAMPLINGS = (UniformSampling, SpreadSampling)


def problem_of(sizes, *, is_ordered=None):
    problem = PymooProblem(
        n_var=len(sizes), n_obj=2, xl=0, xu=np.array(sizes, dtype=int) - 1, vtype=int
    )
    if is_ordered is not None:
        problem.is_ordered = np.full(len(sizes), is_ordered)
    return problem


def rows_of(sizes, n, *, seed):
    return np.random.default_rng(seed).integers(0, sizes, size=(n, len(sizes)))


def sample(sampling, sizes, n, *, seed=0):
    random_state = np.random.default_rng(seed)
    return sampling.do(problem_of(sizes), n, random_state=random_state).get("X")


def mutate(sizes, X, *, is_ordered, n_changes=0.5, seed=0):
    problem = problem_of(sizes, is_ordered=is_ordered)
    mutation = GenomeMutation(n_changes=n_changes)
    off = mutation.do(problem, Population.new(X=X), random_state=np.random.default_rng(seed))
    return off.get("X")


def cross(sizes, pairs, *, seed=0, exchanged=0.25):
    parents = [[Population.new(X=pair)[i] for i in range(2)] for pair in pairs]
    crossover = GenomeCrossover(exchanged=exchanged)
    random_state = np.random.default_rng(seed)
    return crossover.do(problem_of(sizes), parents, random_state=random_state).get("X")


def are_genomes(X, sizes):
    return X.dtype.kind == "i" and bool(((X >= 0) & (np.array(sizes) - 1 >= X)).all())


@pytest.mark.parametrize("sampling", SAMPLINGS)
@given(sizes=sizes, n=st.integers(1, 20), seed=seeds)
def test_samples_are_distinct_genomes(sampling, sizes, n, seed):
    X = sample(sampling(), sizes, n, seed=seed)
    assert are_genomes(X, sizes)
    assert len({tuple(row) for row in X.tolist()}) == len(X) <= n


@given(n_given=st.integers(0, 12), n=st.integers(1, 20), seed=seeds)
def test_a_first_population_is_as_large_as_asked_and_a_quarter_of_it_is_new(n_given, n, seed):
    known = [(5, i) for i in range(n_given)]
    drawn = UniformSampling(taken={(5, i) for i in range(12)})
    X = sample(Seeded(known, drawn), (6, 12), n, seed=seed)
    assert are_genomes(X, (6, 12))
    assert X.shape == (n, 2)
    given = [row for row in map(tuple, X.tolist()) if row[0] == 5]
    assert len(given) == min(n_given, int(0.75 * n))
    assert set(given) <= set(known)
    assert len({tuple(row) for row in X.tolist()}) == n


def test_of_twenty_given_genomes_six_are_among_eight():
    X = sample(Seeded([(1, i) for i in range(20)], UniformSampling()), (9, 20), 8)
    assert len(X) == 8
    assert (X[:, 0] == 1).sum() >= 6


@pytest.mark.parametrize("is_ordered", [True, False, None])
@given(sizes=sizes, n=st.integers(1, 10), n_changes=st.floats(0.1, 10), seed=seeds)
def test_mutants_are_genomes(is_ordered, sizes, n, n_changes, seed):
    X = rows_of(sizes, n, seed=seed)
    mutants = mutate(sizes, X, is_ordered=is_ordered, n_changes=n_changes, seed=seed)
    assert are_genomes(mutants, sizes)
    assert mutants.shape == X.shape


@given(sizes=sizes, n=st.integers(1, 8), seed=seeds)
def test_children_have_every_gene_from_one_of_their_parents(sizes, n, seed):
    pairs = rows_of(sizes, 2 * n, seed=seed).reshape(n, 2, -1)
    children = cross(sizes, pairs, seed=seed)
    assert are_genomes(children, sizes)
    first, second = children[:n], children[n:]
    assert (np.sort([first, second], axis=0) == np.sort(pairs.swapaxes(0, 1), axis=0)).all()


def test_mutants_of_floats_that_are_whole_are_integers_again():
    X = rows_of((3, 4), 5, seed=0).astype(float)
    assert are_genomes(mutate((3, 4), X, is_ordered=False), (3, 4))


def test_a_quarter_of_the_genes_is_exchanged():
    n = 2000
    pairs = np.zeros((n, 2, 10), dtype=int)
    pairs[:, 1] = 1
    assert cross((2,) * 10, pairs)[:n].mean() == pytest.approx(0.25, abs=0.02)


@given(sizes=st.lists(st.integers(2, 6), min_size=1, max_size=5).map(tuple), seed=seeds)
def test_a_chosen_categorical_gene_always_gets_another_value(sizes, seed):
    X = rows_of(sizes, 8, seed=seed)
    mutants = mutate(sizes, X, is_ordered=False, n_changes=len(sizes), seed=seed)
    assert (mutants != X).all()


@given(sizes=st.lists(st.integers(2, 6), min_size=1, max_size=5).map(tuple), seed=seeds)
def test_a_chosen_ordered_gene_always_moves(sizes, seed):
    X = rows_of(sizes, 8, seed=seed)
    mutants = mutate(sizes, X, is_ordered=True, n_changes=len(sizes), seed=seed)
    assert (mutants != X).all()


def test_a_categorical_gene_is_redrawn_evenly_among_its_other_values():
    mutants = mutate((5,), np.full((4000, 1), 2), is_ordered=False, n_changes=1)
    counts = np.bincount(mutants[:, 0], minlength=5)
    assert counts[2] == 0
    assert counts[[0, 1, 3, 4]] == pytest.approx(1000, rel=0.15)


def test_an_ordered_gene_mostly_steps_to_a_neighbour():
    mutants = mutate((9,), np.full((4000, 1), 4), is_ordered=True, n_changes=1)
    counts = np.bincount(mutants[:, 0], minlength=9)
    assert counts[[3, 5]] == pytest.approx(1000, rel=0.15)
    assert counts[[2, 6]] == pytest.approx(500, rel=0.2)
    assert (counts[[0, 8]] > 0).all()


def test_a_child_changes_half_a_gene_on_average_whatever_its_length():
    for n_genes in (4, 40):
        X = np.ones((4000, n_genes), dtype=int)
        changed = mutate((3,) * n_genes, X, is_ordered=False) != X
        assert changed.sum(1).mean() == pytest.approx(0.5, abs=0.05)


def test_a_gene_with_one_choice_is_not_counted_among_those_that_can_change():
    X = np.zeros((4000, 5), dtype=int)
    changed = mutate((1, 1, 1, 1, 2), X, is_ordered=False, n_changes=1)
    assert (changed == [0, 0, 0, 0, 1]).all()


@given(sizes=sizes, n=st.integers(2, 20), seed=seeds)
def test_a_spread_sample_contains_the_cheapest_and_the_dearest(sizes, n, seed):
    rows = sample(SpreadSampling(), sizes, n, seed=seed).tolist()
    assert [0] * len(sizes) in rows
    if len(rows) > 1:
        assert [size - 1 for size in sizes] in rows


@given(sizes=sizes, times=st.integers(1, 4), seed=seeds)
def test_a_spread_sample_has_every_choice_of_a_gene_equally_often(sizes, times, seed):
    n = times * int(np.lcm.reduce(sizes))
    high = np.array(sizes) - 1
    rng = np.random.default_rng(seed)
    rows = SpreadSampling().rows(n, low=np.zeros_like(high), high=high, rng=rng)
    assert rows[:2].tolist() == [[0] * len(sizes), high.tolist()]
    for column, size in zip(rows[2:].T, sizes, strict=True):
        assert np.bincount(column, minlength=size).tolist() == [n // size] * size


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_samples_stand_for_themselves_and_are_not_known(sampling):
    taken = {(0, 0, 0, 0), (2, 4, 4, 1)}
    X = sample(sampling(canonical=toy.fold, taken=taken), toy.Bowl.space.sizes, 50)
    genomes = [tuple(row) for row in X.tolist()]
    assert len(set(genomes)) == 50
    assert [toy.fold(genome) for genome in genomes] == genomes
    assert taken.isdisjoint(genomes)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_sampling_stops_when_the_space_is_exhausted(sampling):
    everything = sample(sampling(canonical=toy.fold), toy.Bowl.space.sizes, 1000)
    assert len(everything) == toy.Bowl.n_distinct
    taken = {tuple(row) for row in everything.tolist()}
    rest = sample(sampling(canonical=toy.fold, taken=taken), toy.Bowl.space.sizes, 10)
    assert len(rest) == 0


def test_repair_replaces_genomes_by_those_that_stand_for_them():
    X = np.array([[0, 1, 2, 1], [1, 1, 2, 1]])
    repaired = CanonicalRepair(toy.fold).do(None, Population.new(X=X)).get("X")
    assert repaired.tolist() == [[0, 1, 2, 0], [1, 1, 2, 1]]


def test_only_what_is_new_is_kept_and_once():
    offspring = Population.new(X=np.array([[1, 1], [2, 2], [1, 1], [3, 3], [4, 4]]))
    parents = Population.new(X=np.array([[4, 4]]))
    taken = {(2, 2): "a record"}
    kept = OnlyNew(taken).do(offspring, parents)
    assert kept.get("X").tolist() == [[1, 1], [3, 3]]
    taken[(3, 3)] = "another"
    assert OnlyNew(taken).do(kept).get("X").tolist() == [[1, 1]]


def test_of_offspring_that_are_all_known_nothing_is_kept():
    offspring = Population.new(X=np.array([[1, 1], [2, 2]]))
    assert len(OnlyNew({(1, 1), (2, 2)}).do(offspring, Population.new())) == 0


def test_operators_draw_from_the_state_that_they_are_given():
    X = rows_of((4, 4, 4), 20, seed=0)
    np.random.seed(0)
    one = mutate((4, 4, 4), X, is_ordered=True, seed=5)
    np.random.seed(1)
    assert (mutate((4, 4, 4), X, is_ordered=True, seed=5) == one).all()
    assert (mutate((4, 4, 4), X, is_ordered=True, seed=6) != one).any()
    sampled = sample(SpreadSampling(), (4, 4, 4), 9, seed=5)
    assert (sample(SpreadSampling(), (4, 4, 4), 9, seed=5) == sampled).all()


def test_without_a_word_on_order_genes_are_taken_to_be_ordered():
    X = np.full((200, 1), 4)
    problem = SimpleNamespace(xl=np.zeros(1), xu=np.full(1, 8.0))
    assert not hasattr(problem, "is_ordered")
    steps = GenomeMutation(n_changes=1)._do(problem, X, random_state=np.random.default_rng(0))
    assert np.abs(steps - X).mean() < 2.2


@given(seeds)
def test_every_choice_comes_equally_often_wherever_the_choices_begin(seed):
    low, high = np.array([2, 5]), np.array([4, 10])
    rng = np.random.default_rng(seed)
    rows = SpreadSampling().rows(12, low=low, high=high, rng=rng)
    assert (rows[0] == low).all()
    assert (rows[1] == high).all()
    for column, first, n_choices in ((0, 2, 3), (1, 5, 6)):
        counts = np.bincount(rows[2:, column], minlength=first + n_choices)
        assert counts.tolist() == [0] * first + [12 // n_choices] * n_choices
