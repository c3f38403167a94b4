import numpy as np
import toy

from evonas.space import Gene, SearchSpace
from evonas.surrogates.initial_design import descended, first_design

SPACE = SearchSpace([Gene("a", range(5)), Gene("b", ("x", "y", "z")), Gene("c", range(4))])


def cost(genome):
    """Neither all first choices nor all last ones are an end of it."""
    a, b, c = genome
    return {"flops": float(10 * abs(a - 3) + (2, 7, 0)[b] + 3 * abs(c - 1))}


def design(drawn, metrics=("flops",), count=lambda genomes: [cost(g) for g in genomes]):
    return first_design(
        SPACE, drawn, canonical=lambda genome: genome, count=count, metrics=metrics
    )


def test_the_ends_come_first_whatever_was_drawn():
    everything = list(np.ndindex(*SPACE.sizes))
    values = [cost(genome)["flops"] for genome in everything]
    for seed in range(5):
        drawn = list(dict.fromkeys(SPACE.sample(6, np.random.default_rng(seed))))
        genomes = design(drawn)
        assert [cost(genome)["flops"] for genome in genomes[:2]] == [min(values), max(values)]
        assert len(genomes) == len(set(genomes)) == len(drawn)


def test_without_a_cheap_objective_what_was_drawn_is_the_design():
    assert design([(0, 0, 0), (1, 1, 1)], metrics=()) == [(0, 0, 0), (1, 1, 1)]


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
        metrics=("flops",),
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
