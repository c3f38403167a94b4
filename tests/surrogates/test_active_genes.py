import numpy as np
import pytest
import toy
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.space import Gene, SearchSpace
from evonas.surrogates.active_genes import ActiveGenes
from evonas.surrogates.encoding import AlikeGenes, Encoder
from evonas.surrogates.features import IDLE_MEAN, Features

DEPTH = SearchSpace([Gene("depth", (1, 2, 3)), *(Gene(f"width{i}", (8, 16)) for i in range(3))])


def of_depth(genome):
    """Layers that are not there have their first width."""
    return (genome[0], *(w if i <= genome[0] else 0 for i, w in enumerate(genome[1:])))


def told(space, canonical, genomes):
    """By changing gene after gene."""
    names = [set(space.active(genome, canonical=canonical)) for genome in genomes]
    return np.array([[name in own for name in space.names] for own in names])


def test_a_layer_that_is_not_there_has_no_active_width():
    found = ActiveGenes(DEPTH, of_depth)
    assert found.conditional == [2, 3]  # the first layer is always there
    assert found([(0, 1, 0, 0), (1, 0, 1, 0), (2, 1, 1, 1)]).tolist() == [
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]
    assert found([]).shape == (0, 4)


@pytest.mark.parametrize("name", ["landscape", "layerwise", "resnet"])
def test_rules_say_what_changing_gene_after_gene_says(name):
    options = (("kind", "conditional"),) if name == "landscape" else ()
    problem = ProblemSpec(name, Settings(options=options)).open()
    space, found = problem.space, ActiveGenes(problem.space, problem.canonical)
    assert found.conditional
    drawn = space.sample(60, np.random.default_rng(1))
    genomes = [problem.canonical(genome) for genome in drawn]
    active = told(space, problem.canonical, genomes)
    assert (found(genomes) == active)[:, found.conditional].all()


def test_where_no_genome_stands_for_another_nothing_is_asked():
    asked = []
    space = SearchSpace([Gene("a", (1, 2)), Gene("b", tuple(range(100)))])
    drawn = dict.fromkeys(space.sample(256, np.random.default_rng(0)))
    one_by_one = ActiveGenes(SearchSpace(space.genes), lambda g: asked.append(g) or g)
    assert not one_by_one.conditional
    assert set(asked) == set(drawn)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_a_gene_that_follows_no_rule_counts_as_active(seed):
    """By a hash that no tree can learn: whether the last gene counts is as if by chance."""
    space = SearchSpace(
        [*(Gene(f"g{i}", tuple(range(8))) for i in range(5)), Gene("h", (1, 2))]
    )

    def by_chance(genome):
        is_idle = np.random.default_rng([seed, *genome[:-1]]).random() < 0.5
        return (*genome[:-1], 0) if is_idle else genome

    found = ActiveGenes(space, by_chance)
    assert not found.conditional
    assert found(space.sample(20, np.random.default_rng(0))).all()


class Deep(toy.Bowl):
    """Layers of its space are there as far as its depth says."""

    space = DEPTH

    def canonical(self, genome):
        return of_depth(genome)


def test_a_gene_without_a_difference_has_the_mean_in_its_columns_and_one_that_says_so():
    features = Features(ProblemSpec(Deep, Settings()).open(), n_rungs=0)
    genomes = [(0, 1, 0, 0), (2, 1, 0, 1)]
    features.fit(genomes, np.ones((2, 0)))
    X = features(genomes, np.ones((2, 0)), np.zeros(2))
    genes = Encoder(DEPTH)(genomes)
    of_width = [Encoder(DEPTH).columns_of(gene) for gene in (2, 3)]
    genes[0, np.concatenate(of_width)] = 0.0
    n = genes.shape[1]
    assert X[:, :n] == pytest.approx(genes / 2)
    idle = np.array([[1, 1], [0, 0]])
    assert X[:, n : n + 2] == pytest.approx((idle - IDLE_MEAN) / 2)
    assert X[:, n + 2 :] == pytest.approx(AlikeGenes(DEPTH)(genes))
