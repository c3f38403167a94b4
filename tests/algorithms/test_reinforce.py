import numpy as np
import pytest
from algorithms.grid import Grid, N, flat, generations_of

from evonas.algorithms.ageing import LIFE
from evonas.algorithms.operators import UniformSampling, places
from evonas.algorithms.reinforce import Reinforce


def searched(n_generations, *, pop_size=4, seed=0, remember=True):
    taken = set()
    algorithm = Reinforce(
        pop_size=pop_size,
        sampling=UniformSampling(taken=taken),
        canonical=lambda genome: genome,
        taken=taken,
    )
    seen = taken if remember else set()
    return algorithm, generations_of(algorithm, Grid(), n_generations, seed=seed, taken=seen)


def shares(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def test_the_policy_learns_which_choices_are_good():
    """The best genome is (0, 5); nothing is taken, so that it may come again and again."""
    algorithm, _ = searched(30, remember=False)
    first, second = map(shares, algorithm.logits)
    assert first[0] == max(first) > 2 / N
    assert second[N - 1] == max(second) > 2 / N


def test_a_generation_moves_the_policy_by_the_gradient_of_its_reward():
    algorithm, _ = searched(1)
    before = [logits.copy() for logits in algorithm.logits]
    expected = algorithm.expected
    asked = algorithm.ask()
    algorithm.evaluator.eval(algorithm.problem, asked)
    algorithm.tell(infills=asked)
    place = places(algorithm.pop)[-4:]  # among the eight of both generations
    reward = 1 - place / 7
    for i, logits in enumerate(before):
        chosen = np.eye(N)[asked.get("X").astype(int)[:, i]]
        gradient = (reward - expected) @ (chosen - shares(logits))  # Williams 1992
        assert algorithm.logits[i] == pytest.approx(logits + 1.5 * gradient)
        assert (algorithm.logits[i] != logits).any()
    assert algorithm.expected == pytest.approx(0.9 * expected + 0.1 * reward.mean())


def test_it_compares_with_the_latest_generations_alone():
    algorithm, generations = searched(LIFE + 2)
    latest = flat(generations[-LIFE:])
    assert [tuple(row) for row in algorithm.pop.get("X").tolist()] == latest


def test_where_it_only_repeats_itself_chance_fills_up_until_the_space_is_used_up():
    algorithm, _ = searched(1)
    algorithm.logits = [np.array([99.0] + [0.0] * (N - 1)) for _ in range(2)]
    asked = [tuple(row) for row in algorithm.ask().get("X").tolist()]
    assert len(set(asked)) == 4
    assert not set(asked) & algorithm.taken
    _, generations = searched(100)
    assert len(set(flat(generations))) == N * N


def test_a_lone_first_architecture_teaches_nothing():
    algorithm, _ = searched(1, pop_size=1)
    assert all((logits == 0).all() for logits in algorithm.logits)
    assert algorithm.expected == 0.5


def test_the_seed_decides():
    one, two, other = (searched(4, seed=seed)[1] for seed in (1, 1, 2))
    assert one == two != other


def test_choices_may_begin_anywhere():
    problem = Grid()
    problem.xl, problem.xu = problem.xl + 2, problem.xu + 2
    algorithm = Reinforce(
        pop_size=4,
        sampling=UniformSampling(taken=set()),
        canonical=lambda genome: genome,
        taken=set(),
    )
    genomes = flat(generations_of(algorithm, problem, 12))
    assert [len(logits) for logits in algorithm.logits] == [N, N]
    assert {gene for genome in genomes for gene in genome} == set(range(2, N + 2))
