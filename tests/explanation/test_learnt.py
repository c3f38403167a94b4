import numpy as np
import pytest
from explanation.spaces import LEVELS, A, g_function, g_shares

from evonas.explanation.learnt import LEAST_RECORDS, MOST_RECORDS, N_REFITS, learnt_drivers
from evonas.objectives import ACC
from evonas.space import Gene, SearchSpace

SMALL = SearchSpace([Gene(f"g{i}", tuple(range(LEVELS))) for i in range(len(A))])
LARGE = SearchSpace([Gene(f"g{i}", tuple("abcd")) for i in range(10)])


def rows_of(genomes):
    return list(map(tuple, genomes.tolist()))


def learnt(function, space, n_records, *, fold=rows_of, tell=None, seed=0, n=32):
    genomes = np.array(space.sample(n_records, np.random.default_rng(seed)))
    values = function(np.array(fold(genomes)))
    records = list(zip(fold(genomes), values.tolist(), strict=True))
    return learnt_drivers(ACC, records, space=space, fold=fold, n=n, seed=seed, tell=tell)


def test_genes_are_ordered_rightly_and_intervals_hold_the_truth():
    found = learnt(g_function, SMALL, 200)
    main, total, _ = g_shares()
    assert found.how == "predicted"
    assert found.is_reliable
    assert [gene.gene for gene in found.genes] == ["g0", "g1", "g2", "g3"]
    for gene, alone, in_all in zip(found.genes, main, total, strict=True):
        assert gene.alone.value == pytest.approx(alone, abs=0.1)
        assert gene.total.value == pytest.approx(in_all, abs=0.1)
    assert "200 records, asked for 1,296 genomes" in found.basis
    means = [mean.value for mean in found.genes[0].means]
    assert np.argsort(means)[:2].tolist() in ([2, 3], [3, 2])  # the g-function's trough


def test_a_large_space_is_drawn_from():
    def function(genomes):
        return 3.0 * (genomes[:, 2] == 1) + (genomes[:, 5] == 0)

    found = learnt(function, LARGE, 120, n=64)
    assert [gene.gene for gene in found.genes[:2]] == ["g2", "g5"]
    assert f"{64 * 22:,} genomes" in found.basis
    assert found.genes[0].alone.low > found.genes[1].alone.high


def test_noise_alone_is_not_believed():
    rng = np.random.default_rng(1)
    found = learnt(lambda genomes: rng.normal(size=len(genomes)), SMALL, 60)
    assert not found.is_reliable


def test_records_that_are_all_equal_are_not_believed_and_drive_nothing():
    found = learnt(lambda genomes: np.full(len(genomes), 5.0), SMALL, 30)
    assert not found.is_reliable
    assert found.mean == pytest.approx(5)
    assert found.std == pytest.approx(0, abs=1e-6)


def test_a_gene_that_is_folded_away_has_no_effect():
    def fold(genomes):
        folded = genomes.copy()
        folded[:, 3] = 0
        return rows_of(folded)

    found = learnt(g_function, SMALL, 60, fold=fold)
    assert next(gene for gene in found.genes if gene.gene == "g3").total.value == 0


def test_too_few_records_are_refused():
    with pytest.raises(ValueError, match="acc was measured of 19 architectures, too few"):
        learnt(g_function, SMALL, LEAST_RECORDS - 1)


def test_it_tells_how_far_it_has_got():
    told = []
    learnt(g_function, SMALL, 30, tell=lambda *words: told.append(words))
    assert told[-1] == ("predicting", N_REFITS + 1, N_REFITS + 1)
    assert len(told) == N_REFITS + 1


def test_choices_without_an_order_are_told_apart_all_the_same():
    effects = np.array([3.0, 0.0, 9.0, 1.0])
    found = learnt(lambda genomes: effects[genomes[:, 1]], LARGE, 60, n=16)
    assert found.genes[0].gene == "g1"
    means = [mean.value for mean in found.genes[0].means]
    assert np.argsort(means).tolist() == np.argsort(effects).tolist()


@pytest.mark.slow
def test_of_many_records_some_are_drawn():
    found = learnt(g_function, SMALL, MOST_RECORDS + 100)
    assert f"{MOST_RECORDS} of {MOST_RECORDS + 100} records" in found.basis
