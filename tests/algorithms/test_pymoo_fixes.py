import numpy as np
import toy
from pymoo.algorithms.moo.spea2 import SPEA2
from pymoo.core.population import Population

from evonas.algorithms.pymoo_fixes import less_violation, less_violation_or_nearer, unshared
from evonas.config import Config
from evonas.engine.search import search


def population(violations, **columns):
    pop = Population.new(X=np.zeros((len(violations), 1)))
    pop.set("CV", np.array(violations, dtype=float)[:, None])
    for name, values in columns.items():
        pop.set(name, np.array(values))
    return pop


def rng(seed=0):
    return np.random.default_rng(seed)


def test_less_violation_wins_on_either_side():
    pop = population([0.0, 2.0, 1.0])
    pairs = np.array([[0, 1], [1, 0], [1, 2], [2, 1]])
    assert less_violation(pop, pairs, random_state=rng())[:, 0].tolist() == [0, 0, 2, 2]


def test_ties_are_drawn_from_the_given_generator_and_from_no_other():
    pop = population([1.0, 1.0])
    pairs = np.tile([[0, 1]], (400, 1))
    one, two, other = (less_violation(pop, pairs, random_state=rng(seed)) for seed in (1, 1, 2))
    assert (one == two).all()
    assert (one != other).any()
    assert 150 < one.sum() < 250  # five standard deviations


def test_where_both_keep_the_constraints_the_nearer_wins():
    pop = population(
        [0.0, 0.0, 0.0, 3.0],
        rank=[1, 0, 0, 0],
        niche=[0, 0, 0, 0],
        dist_to_niche=[0.1, 0.9, 0.2, 0.0],
    )
    pairs = np.array([[0, 1], [1, 2], [3, 0]])
    winners = less_violation_or_nearer(pop, pairs, random_state=rng())[:, 0].tolist()
    assert winners == [1, 2, 0]  # by rank, by distance, by violation


def test_no_two_searches_share_a_survival():
    one, two = unshared(SPEA2()), unshared(SPEA2())
    assert one.survival is not two.survival
    assert type(one.survival) is type(two.survival)


def test_an_algorithm_without_survival_is_left_as_it_is():
    class Plain:
        survival = None

    plain = Plain()
    assert unshared(plain) is plain


def test_ctaea_ends_where_the_space_holds_fewer_than_its_population():
    """pymoo's own loops for ever over a population that is not full."""
    config = Config(
        problem=toy.reference("Bowl"),
        algorithm="ctaea",
        pop_size=150,
        evaluations=150,
        n_jobs=0,
    )
    assert len(search(config).records) == toy.Bowl.n_distinct
