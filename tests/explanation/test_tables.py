import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.explanation.anova import indices_of
from evonas.explanation.tables import N_CHECKED, tabulate, total_of

SIZES = (4,) * 12


def blocks(genomes):
    """A sum over pairs of genes, each a product; the last two genes are not read."""
    return (genomes[:, 0:10:2] * (1 + genomes[:, 1:10:2])).sum(1) + 7.0


def test_a_small_space_is_one_table_of_every_genome():
    seen = []

    def function(genomes):
        seen.append(genomes)
        return genomes @ [100.0, 10.0, 1.0]

    (table,) = tabulate(function, (2, 3, 4), limit=24, seed=0)
    assert table.genes == (0, 1, 2)
    assert table.values[1, 2, 3] == 123
    assert len(np.unique(np.concatenate(seen), axis=0)) == 24


@given(st.integers(0, 2**32 - 1))
def test_a_large_sum_of_parts_is_found_and_is_the_function_everywhere(seed):
    tables = tabulate(blocks, SIZES, limit=1000, seed=seed)
    groups = sorted(table.genes for table in tables)
    assert groups == [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10,), (11,)]
    genomes = np.random.default_rng(seed).integers(0, 4, (50, 12))
    assert total_of(tables, genomes) == pytest.approx(blocks(genomes))


def test_shares_of_parts_are_those_of_the_whole():
    few = (3,) * 6

    def function(genomes):
        return genomes[:, 0] * genomes[:, 3] + genomes[:, 1] ** 2 - 2.0 * genomes[:, 4]

    whole = indices_of(tabulate(function, few, limit=729, seed=0), sizes=few)
    parts = tabulate(function, few, limit=100, seed=0)
    assert len(parts) == 5
    found = indices_of(parts, sizes=few)
    assert found.main == pytest.approx(whole.main, abs=1e-12)
    assert found.total == pytest.approx(whole.total, abs=1e-12)
    assert found.pairs == pytest.approx(whole.pairs, abs=1e-12)


def test_genes_that_all_act_together_are_no_sum_of_parts():
    n_asked = []

    def function(genomes):
        n_asked.append(len(genomes))
        return (1.0 + genomes).prod(1)

    assert tabulate(function, SIZES, limit=1000, seed=0) is None
    assert sum(n_asked) < N_CHECKED  # it is seen at once


def test_a_rare_interaction_that_was_not_seen_is_found_out():
    def function(genomes):
        everywhere = genomes.sum(1).astype(float)
        return everywhere + (genomes[:, :4] == 3).all(1)  # one genome in 256

    tables = [tabulate(function, SIZES, limit=1000, seed=seed) for seed in range(20)]
    assert sum(each is None for each in tables) > 15


def test_what_has_no_value_somewhere_is_not_tabulated():
    def function(genomes):
        return np.where(genomes[:, 0] == 1, np.nan, genomes.sum(1))

    assert tabulate(function, (2, 2), limit=4, seed=0) is None
    assert tabulate(function, SIZES, limit=1000, seed=0) is None
