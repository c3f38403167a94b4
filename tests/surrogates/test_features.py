import numpy as np
import pytest
import toy

from evonas.plugins.loading import ProblemSpec
from evonas.problem import Settings
from evonas.space import SearchSpace
from evonas.surrogates.encoding import TRAITS_SHARE, AlikeGenes, CheapColumns, Encoder
from evonas.surrogates.features import CHEAP_SHARE, Features


class Plain(toy.Bowl):
    """Has no genome that stands for another, so that all genes make a difference."""

    space = SearchSpace(toy.Bowl.space.genes)


class Told(Plain):
    """Tells of its architectures how deep and how wide they are together."""

    asked = 0

    def traits(self, genome):
        type(self).asked += 1
        return {"size": float(genome[1] + genome[2]), "always": 1.0}


def opened(problem=Told):
    return ProblemSpec(problem, Settings()).open()


def drawn(n=30):
    genomes = toy.Bowl.space.sample(n, np.random.default_rng(0))
    cheap = np.random.default_rng(1).random((n, 2)) + 0.5
    return genomes, cheap


def fitted(problem=Told, *, n_rungs=0):
    features = Features(opened(problem), n_rungs=n_rungs)
    features.fit(*drawn())
    return features


def test_a_row_is_genes_then_counts_then_traits_then_cheap_metrics_then_rungs():
    genomes, cheap = drawn()
    rung = np.arange(30) % 3
    X = fitted(n_rungs=3)(genomes, cheap, rung)
    space, scaled = toy.Bowl.space, CheapColumns()
    scaled.fit(cheap)
    genes = Encoder(space)(genomes)
    size = np.array([float(genome[1] + genome[2]) for genome in genomes])
    expected = [
        genes / np.sqrt(len(space.sizes)),
        AlikeGenes(space)(genes),
        np.sqrt(TRAITS_SHARE) * ((size - size.mean()) / size.std())[:, None],
        CHEAP_SHARE * scaled(cheap),
        np.stack([rung < 1, rung < 2], axis=1),
    ]
    assert np.hstack(expected) == pytest.approx(X)


def test_all_genes_together_vary_by_one_over_the_space():
    space = toy.Bowl.space
    everything = list(np.ndindex(*space.sizes))
    features = fitted()
    X = features(everything, np.full((len(everything), 2), np.nan), np.zeros(len(everything)))
    assert X[:, : features.encode.n_columns].var(0).sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("n_rungs", "n_columns"), [(0, 0), (1, 0), (2, 1), (4, 3)])
def test_there_is_a_column_for_every_step_between_rungs(n_rungs, n_columns):
    genomes, cheap = drawn()
    without = fitted()(genomes, cheap, np.full(30, -1))
    X = fitted(n_rungs=n_rungs)(genomes, cheap, np.full(30, max(n_rungs - 1, 0)))
    assert X.shape[1] == without.shape[1] + n_columns
    assert not X[:, without.shape[1] :].any()  # the whole is below no step


def test_a_problem_that_tells_no_traits_has_no_columns_of_them():
    genomes, cheap = drawn()
    told, untold = (fitted(p)(genomes, cheap, np.zeros(30)) for p in (Told, Plain))
    assert told.shape[1] == untold.shape[1] + 1


def test_the_traits_of_an_architecture_are_asked_for_once():
    genomes, cheap = drawn()
    features = Features(opened(), n_rungs=0)
    Told.asked = 0
    features.fit(genomes, cheap)
    features(genomes, cheap, np.zeros(30))
    assert Told.asked == len(set(genomes))


def test_what_no_measured_architecture_had_is_not_seen():
    """Names and scales are those of what it was fitted to, until it is fitted again."""
    genomes, cheap = drawn()
    features = Features(opened(), n_rungs=0)
    alike = [(0, 2, 2, 0), (1, 3, 1, 1), (2, 1, 3, 0)]  # of one size
    features.fit(alike, cheap[:3])
    narrow = features(genomes, cheap, np.zeros(30)).shape[1]
    features.fit(genomes, cheap)
    assert features(genomes, cheap, np.zeros(30)).shape[1] == narrow + 1


class Unwell(toy.Bowl):
    """Cannot tell what its architectures are like."""

    def traits(self, genome):
        return {"size": float("nan")} if genome[0] else {"size": 1 / genome[1]}


@pytest.mark.parametrize(
    ("genome", "message"),
    [
        (
            (0, 0, 0, 0),
            r"^the traits of Unwell fail for \(0, 0, 0, 0\): ZeroDivisionError: division",
        ),
        (
            (1, 0, 0, 0),
            r"^the traits of Unwell are not finite for \(1, 0, 0, 0\): size is nan$",
        ),
    ],
)
def test_traits_that_cannot_be_had_are_named_with_the_architecture(genome, message):
    with pytest.raises(ValueError, match=message):
        Features(opened(Unwell), n_rungs=0).fit([genome], np.ones((1, 2)))
