import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.operators.sampling.rnd import IntegerRandomSampling

from evonas.algorithms.operators import GenomeCrossover, GenomeMutation
from evonas.space import Gene, SearchSpace
from evonas.surrogates.inner_search import OPTIMISM, Either, PredictedProblem, evolve
from evonas.surrogates.surrogate import Forecast

SPACE = SearchSpace([Gene(f"g{i}", range(6)) for i in range(4)])


class Oracle:
    """Foretells that small genes are cheap and large ones good, and is never sure."""

    def __init__(self):
        self.asked = []

    def forecast(self, genomes):
        self.asked += genomes
        total = np.array([sum(genome) for genome in genomes], dtype=float)
        mean = np.column_stack([total, 20 - total])
        return Forecast(mean, np.full_like(mean, 0.25), total[:, None] - 15, 1 / (1 + total))


def problem(n_constraints=1, oracle=None):
    return PredictedProblem(
        oracle or Oracle(), SPACE, n_objectives=2, n_constraints=n_constraints
    )


def nsga2():
    operators = {"crossover": GenomeCrossover(), "mutation": GenomeMutation()}
    return NSGA2(pop_size=8, sampling=IntegerRandomSampling(), **operators)


@pytest.mark.parametrize("n_constraints", [0, 1])
def test_what_is_uncertain_counts_as_better_and_constraints_as_expected(n_constraints):
    X = np.array([[0, 1, 2, 3], [5, 5, 5, 5]])
    seen = problem(n_constraints).evaluate(X, return_as_dictionary=True)
    assert seen["F"].tolist() == [
        [6 - 0.25 * OPTIMISM, 14 - 0.25 * OPTIMISM],
        [20 - 0.25 * OPTIMISM, 0 - 0.25 * OPTIMISM],
    ]
    if n_constraints:
        assert seen["G"].tolist() == [[-9.0], [5.0]]


def test_what_was_looked_at_is_remembered_once_in_the_order_of_asking():
    asked = problem()
    first = asked.predict([(1, 1, 1, 1), (0, 0, 0, 0)])
    asked.predict([(0, 0, 0, 0), (2, 2, 2, 2)])
    assert list(asked.genomes) == [(1, 1, 1, 1), (0, 0, 0, 0), (2, 2, 2, 2)]
    again = asked.forecast([(0, 0, 0, 0), (1, 1, 1, 1)])
    for name in ("mean", "std", "violation", "chance"):
        assert getattr(again, name).tolist() == getattr(first, name)[::-1].tolist()
    with pytest.raises(KeyError, match="5"):
        asked.forecast([(5, 5, 5, 5)])


def test_evolution_takes_its_generations_and_depends_on_the_seed_alone():
    runs = []
    for seed in (1, 1, 2):
        oracle = Oracle()
        asked = problem(oracle=oracle)
        evolve(asked, nsga2(), n_generations=3, seed=seed)
        runs.append(list(asked.genomes))
        assert len(oracle.asked) == 3 * 8
    assert runs[0] == runs[1] != runs[2]


def test_an_algorithm_that_asks_for_nothing_more_ends_it(monkeypatch):
    asked, algorithm = problem(), nsga2()
    monkeypatch.setattr(algorithm, "ask", lambda: None)
    monkeypatch.setattr(algorithm, "tell", lambda infills: None)
    evolve(asked, algorithm, n_generations=3, seed=0)
    assert not asked.genomes


class Advancing(NSGA2):
    """Asks for its first population, and evaluates all later ones while it advances."""

    def _infill(self):
        return None

    def _advance(self, infills=None, **kwargs):
        rng = self.random_state
        new = self.mating.do(self.problem, self.pop, 8, algorithm=self, random_state=rng)
        self.evaluator.eval(self.problem, new)
        super()._advance(infills=new, **kwargs)


def test_an_algorithm_may_evaluate_while_it_advances():
    oracle = Oracle()
    operators = {"crossover": GenomeCrossover(), "mutation": GenomeMutation()}
    algorithm = Advancing(pop_size=8, sampling=IntegerRandomSampling(), **operators)
    evolve(problem(oracle=oracle), algorithm, n_generations=3, seed=1)
    assert len(oracle.asked) == 3 * 8


@settings(max_examples=40)
@given(st.lists(st.sets(st.tuples(st.integers(0, 5)))), st.tuples(st.integers(0, 5)))
def test_a_genome_is_in_either_where_it_is_in_one_of_them_even_later(parts, genome):
    both = Either(*parts)
    assert (genome in both) == any(genome in part for part in parts)
    assert sorted(both) == sorted(one for part in parts for one in part)
    assert len(both) == len(list(both))
    for part in parts[:1]:
        part.add(genome)
        assert genome in both
