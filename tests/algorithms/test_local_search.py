import pytest
from algorithms.grid import Grid, N, flat, generations_of

from evonas.algorithms.local_search import LocalSearch
from evonas.algorithms.operators import UniformSampling


def searched(problem, n_generations, *, pop_size=4, seed=0, canonical=lambda genome: genome):
    taken = set()
    algorithm = LocalSearch(
        pop_size=pop_size,
        sampling=UniformSampling(canonical=canonical, taken=taken),
        canonical=canonical,
        taken=taken,
    )
    found = generations_of(algorithm, problem, n_generations, seed=seed, taken=taken)
    return algorithm, found


def is_neighbour(one, other, *, step):
    differing = [i for i in range(2) if one[i] != other[i]]
    return len(differing) == 1 and abs(one[differing[0]] - other[differing[0]]) <= step


@pytest.mark.parametrize(("is_ordered", "step"), [((True, True), 1), ((False, False), N)])
def test_only_neighbours_of_the_front_are_tried(is_ordered, step):
    problem = Grid(is_ordered=is_ordered)
    algorithm, _ = searched(problem, 1)
    for _ in range(3):
        members = [tuple(row) for row in algorithm.pop.get("X").tolist()]
        asked = algorithm.ask()
        for genome in map(tuple, asked.get("X").tolist()):
            assert any(is_neighbour(genome, member, step=step) for member in members)
            assert genome not in algorithm.taken
        algorithm.evaluator.eval(problem, asked)
        algorithm.tell(infills=asked)
        algorithm.taken.update(map(tuple, asked.get("X").tolist()))


def test_it_keeps_the_front_of_all_that_was_tried():
    algorithm, generations = searched(Grid(), 3)
    tried = set(flat(generations))
    kept = {tuple(row) for row in algorithm.pop.get("X").tolist()}
    cost = {genome: (genome[0], N - 1 - genome[1]) for genome in tried}
    assert kept == {
        genome
        for genome in tried
        if not any(
            all(a <= b for a, b in zip(cost[other], cost[genome], strict=True))
            and cost[other] != cost[genome]
            for other in tried
        )
    }


def test_where_nothing_keeps_a_constraint_it_stays_with_what_misses_it_least():
    algorithm, generations = searched(Grid(limit=-1), 2, pop_size=6)
    least = min(map(sum, flat(generations)))
    assert all(sum(row) == least for row in algorithm.pop.get("X").tolist())


def test_it_draws_anew_where_no_neighbour_is_left_and_ends_with_the_space():
    _, generations = searched(Grid(), 100)
    tried = flat(generations)
    assert len(tried) == len(set(tried)) == N * N
    # The ideal (0, 5) dominates everything, so that its neighbours are soon used up.
    assert (0, N - 1) in tried


def test_every_member_has_its_turn_before_one_has_a_second():
    algorithm, _ = searched(Grid(), 1)
    corners = [(0, 0), (5, 5), (0, 5)]
    turns = algorithm._turn_by_turn(corners)
    first = [next(turns) for _ in corners]
    assert all(
        is_neighbour(genome, member, step=1)
        for genome, member in zip(first, corners, strict=True)
    )
    assert len(first + list(turns)) == 2 * len(corners)  # a corner has two neighbours


def test_neighbours_that_stand_for_each_other_are_tried_once():
    def fold(genome):
        return tuple(sorted(genome))

    _, generations = searched(Grid(), 100, canonical=fold)
    tried = flat(generations)
    assert len(tried) == len(set(tried)) == N * (N + 1) / 2
    assert all(fold(genome) == genome for genome in tried)


def test_the_seed_decides():
    one, two, other = (searched(Grid(), 4, seed=seed)[1] for seed in (1, 1, 2))
    assert one == two != other


def test_without_an_order_every_other_choice_of_a_gene_is_a_neighbour():
    algorithm, _ = searched(Grid(is_ordered=(False, True)), 1)
    assert set(algorithm._turn_by_turn([(2, 5)])) == {
        *((choice, 5) for choice in range(N) if choice != 2),
        (2, 4),
    }
