import toy
from algorithms.grid import Grid, flat, generations_of

from evonas.algorithms.operators import UniformSampling
from evonas.algorithms.random_search import RandomSearch
from evonas.config import Config
from evonas.engine.search import search


def asked(n_generations, *, seed=0, taken=None):
    taken = set() if taken is None else taken
    algorithm = RandomSearch(pop_size=8, sampling=UniformSampling(taken=taken))
    return generations_of(algorithm, Grid(), n_generations, seed=seed, taken=taken)


def test_every_generation_is_drawn_anew_until_the_space_is_used_up():
    generations = asked(9)
    assert [len(generation) for generation in generations] == [8, 8, 8, 8, 4]
    assert len(set(flat(generations))) == 36


def test_the_seed_decides_the_draws_and_what_was_told_does_not():
    assert asked(3, seed=1) == asked(3, seed=1) != asked(3, seed=2)
    once = asked(2, seed=1)
    assert asked(1, seed=1, taken=set()) == once[:1]


def test_nothing_that_is_taken_is_drawn():
    taken = {(a, b) for a in range(6) for b in range(6) if a != 2}
    (generation,) = asked(5, taken=taken)
    assert sorted(generation) == [(2, b) for b in range(6)]


def test_random_search_draws_independently():
    result = search(
        Config(
            problem=toy.reference("Bowl"),
            algorithm="random",
            objectives=("acc", "flops"),
            evaluations=60,
            pop_size=10,
            n_jobs=0,
        )
    )
    assert [record.genome for record in result.records[:2]] != [
        (0, 0, 0, 0),
        (2, 4, 4, 1),
    ]  # as a spread sample begins
    assert [generation.n_evaluations for generation in result.generations] == [
        10 * (i + 1) for i in range(6)
    ]
