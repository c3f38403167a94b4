import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.space import Gene, SearchSpace
from evonas.surrogates.initial_design import COST_SHARE, descended, first_design

SPACE = SearchSpace([Gene("a", range(5)), Gene("b", ("x", "y", "z")), Gene("c", range(4))])


def cost(genome):
    """Neither all first choices nor all last ones are an end of it."""
    a, b, c = genome
    return {"flops": float(10 * abs(a - 3) + (2, 7, 0)[b] + 3 * abs(c - 1))}


def design(drawn, metric="flops", count=lambda genomes: [cost(g) for g in genomes], n=6):
    return first_design(
        SPACE, drawn, canonical=lambda genome: genome, count=count, cost=metric, n=n
    )


def draw(n, seed):
    return list(dict.fromkeys(SPACE.sample(n, np.random.default_rng(seed))))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_it_holds_both_ends_first_and_no_genome_twice_whatever_was_drawn(seed, n):
    everything = list(np.ndindex(*SPACE.sizes))
    values = [cost(genome)["flops"] for genome in everything]
    genomes = design(draw(40, seed), n=n)
    assert [cost(genome)["flops"] for genome in genomes[:2]] == [min(values), max(values)][:n]
    assert len(genomes) == len(set(genomes)) == n


def test_of_few_that_were_drawn_all_are_taken_and_the_ends():
    drawn = [(0, 0, 0), (1, 1, 1)]
    genomes = design(drawn, n=9)
    assert sorted(genomes[2:]) == drawn
    assert len(genomes) == 4


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_each_is_the_farthest_from_all_before_it_in_cost_and_genes(seed):
    drawn = draw(40, seed)
    genomes = design(drawn, n=8)
    costs = {genome: cost(genome)["flops"] for genome in [*genomes, *drawn]}
    span = max(costs.values()) - min(costs.values())

    def away(genome, chosen):
        in_cost = min(abs(costs[genome] - costs[other]) for other in chosen) / span
        differ = [np.mean(np.array(genome) != other) for other in chosen]
        return COST_SHARE * in_cost + min(differ)

    for i in range(2, 8):
        left = [away(g, genomes[:i]) for g in costs if g not in genomes[:i]]
        assert away(genomes[i], genomes[:i]) == pytest.approx(max(left))


WIDE = SearchSpace([Gene(f"g{i}", range(4)) for i in range(10)])


@pytest.mark.parametrize("seed", range(3))
def test_costs_spread_over_the_whole_range_though_most_genomes_cost_about_the_same(seed):
    def count(genomes):
        return [{"flops": float(sum(genome))} for genome in genomes]  # from 0 to 30

    drawn = list(dict.fromkeys(WIDE.sample(200, np.random.default_rng(seed))))
    genomes = first_design(
        WIDE, drawn, canonical=lambda genome: genome, count=count, cost="flops", n=10
    )
    costs = sorted(sum(genome) for genome in genomes)
    inner = sorted(sum(genome) for genome in drawn)
    assert (costs[0], costs[-1]) == (0, 30)
    assert np.std(costs[1:-1]) > 1.15 * np.std(inner)
    assert max(np.diff(costs)) <= 10


def test_the_dearest_is_the_dearest_of_those_that_may_be_measured():
    """An end that is dearer is not looked for, however dear what was drawn is."""
    limit = 30.0
    everything = [cost(genome)["flops"] for genome in np.ndindex(*SPACE.sizes)]
    within = [g for g in draw(40, 0) if cost(g)["flops"] <= limit]
    genomes = first_design(
        SPACE,
        within,
        canonical=lambda genome: genome,
        count=lambda genomes: [cost(genome) for genome in genomes],
        cost="flops",
        n=6,
        is_affordable=lambda genomes: [cost(genome)["flops"] <= limit for genome in genomes],
    )
    costs = [cost(genome)["flops"] for genome in genomes]
    assert max(everything) > limit
    assert costs[:2] == [min(everything), max(c for c in everything if c <= limit)]
    assert max(costs) <= limit


@pytest.mark.parametrize("n", [1, 2, 5])
def test_without_a_cheap_objective_the_first_that_were_drawn_are_the_design(n):
    drawn = [(0, 0, 0), (1, 1, 1), (2, 1, 0)]
    assert design(drawn, metric=None, n=n) == drawn[:n]


def test_where_nothing_can_be_counted_there_is_no_design():
    assert design([(0, 0, 0), (1, 1, 1)], count=lambda genomes: [{} for _ in genomes]) == []


def test_where_all_cost_the_same_genes_alone_decide():
    genomes = design(draw(40, 0), count=lambda genomes: [{"flops": 5.0} for _ in genomes], n=5)
    assert len(set(genomes)) == 5
    differ = [np.mean(np.array(a) != b) for i, a in enumerate(genomes) for b in genomes[:i]]
    assert min(differ[1:]) >= 2 / 3


def test_what_cannot_be_counted_is_no_end():
    def count(genomes):
        return [{} if genome[0] == 3 else cost(genome) for genome in genomes]

    genomes = design([(0, 0, 0), (1, 1, 1), (2, 2, 2)], count=count)
    assert genomes[0][0] in (2, 4)


def test_folds_are_kept_to():
    genomes = first_design(
        toy.Bowl.space,
        [(0, 1, 1, 0), (1, 1, 1, 1)],
        canonical=toy.fold,
        count=lambda genomes: [{"flops": float(sum(genome))} for genome in genomes],
        cost="flops",
        n=2,
    )
    assert genomes == [(0, 0, 0, 0), (2, 4, 4, 1)]


def test_changing_gene_by_gene_leads_to_the_least_of_a_sum_over_genes():
    def values(genomes):
        return [cost(genome)["flops"] for genome in genomes]

    for start in ((0, 0, 0), (4, 1, 3)):
        found = descended(SPACE, [start], canonical=lambda genome: genome, values=values)
        assert found == (3, 2, 1)


def test_where_nothing_has_a_value_one_stays_where_one_is():
    found = descended(
        SPACE,
        [(1, 1, 1)],
        canonical=lambda genome: genome,
        values=lambda genomes: [np.inf] * len(genomes),
    )
    assert found == (1, 1, 1)
