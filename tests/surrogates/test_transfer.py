import numpy as np
import pytest

from evonas.objectives import ACC, FLOPS
from evonas.space import Gene, SearchSpace
from evonas.surrogates.encoding import Encoder, ErrorScale
from evonas.surrogates.training_set import N_LEARNT, Sample
from evonas.surrogates.transfer import LEAST, Transfer
from evonas.warm_start import Prior

SPACE = SearchSpace([Gene("width", range(6)), Gene("depth", range(5))])
EVERY = [(width, depth) for width in range(6) for depth in range(5)]
ENCODE = Encoder(SPACE)


def accuracy(genome):
    return 40.0 + 8 * genome[0] + 2 * genome[1]


def foretelling(genomes=EVERY, metric=accuracy, *, names=("acc",)):
    values = {name: tuple(map(metric, genomes)) for name in names}
    prior = Prior(("width", "depth"), tuple(genomes), values, len(genomes))
    scales = {"acc": ErrorScale(ACC), "flops": ErrorScale(FLOPS)}
    return Transfer(prior, genomes, encode=ENCODE, scales=scales, kind="forest", seed=0)


def samples(metric, genomes=EVERY):
    return [Sample(genome, {"acc": metric(genome)}, 0) for genome in genomes]


def test_each_metric_that_is_learnt_and_known_from_elsewhere_has_a_column():
    for names in (("acc",), ("acc", "flops"), ("acc", "latency")):
        known = foretelling(names=names)
        assert known.columns(ENCODE(EVERY)).shape == (30, len({*names} & {"acc", "flops"}))


@pytest.mark.parametrize(
    ("genomes", "metric"),
    [(EVERY[: LEAST - 1], accuracy), (EVERY, lambda genome: 50.0)],
    ids=["too few", "all the same"],
)
def test_what_tells_nothing_gives_no_column_and_cannot_be_judged(genomes, metric):
    nothing = foretelling(genomes, metric)
    assert nothing.columns(ENCODE(EVERY)).shape == (30, 0)
    nothing.judge(samples(accuracy))
    assert nothing.correlation == {}


def test_it_is_judged_by_as_many_measurements_as_can_judge():
    known = foretelling()
    known.judge(samples(accuracy, EVERY[: LEAST - 1]))
    assert known.correlation == {}
    known.judge(samples(accuracy, EVERY[::3]))
    assert known.correlation["acc"] > 0.9


def test_what_comes_true_counts_in_full_measure_and_what_does_not_counts_nothing():
    known = foretelling()
    believed = known.columns(ENCODE(EVERY))
    assert np.ptp(believed) > 1
    known.judge(samples(accuracy))
    share = known.correlation["acc"]
    assert known.columns(ENCODE(EVERY)) == pytest.approx(share * believed)
    known.judge(samples(lambda genome: 99.0 - accuracy(genome) / 2))
    assert known.correlation["acc"] < -0.9
    assert not known.columns(ENCODE(EVERY)).any()


def test_a_metric_that_is_always_the_same_here_has_no_rank_and_counts_nothing():
    known = foretelling()
    known.judge(samples(lambda genome: 50.0))
    assert not known.columns(ENCODE(EVERY)).any()


def test_what_comes_half_true_counts_by_half():
    known = foretelling()
    believed = known.columns(ENCODE(EVERY))
    truth = np.log(100.1 - np.array([accuracy(genome) for genome in EVERY]))
    assert np.corrcoef(believed[:, 0], truth)[0, 1] > 0.9
    assert abs(believed.mean()) < 0.2
    known.judge(
        samples(lambda genome: accuracy(genome) + 17 * ((7 * genome[0] + 3 * genome[1]) % 5))
    )
    share = known.correlation["acc"]
    assert 0.2 < share < 0.8
    assert known.columns(ENCODE(EVERY)) == pytest.approx(share * believed)


def test_it_learns_from_all_of_a_short_prior_and_from_both_ends_of_a_long_one():
    seen = []

    def encode(genomes):
        seen.append(list(genomes))
        return ENCODE(genomes)

    for genomes in (EVERY, EVERY * 20):
        values = {"acc": tuple(map(accuracy, genomes))}
        prior = Prior(("width", "depth"), tuple(genomes), values, len(genomes))
        scales = {"acc": ErrorScale(ACC)}
        Transfer(prior, genomes, encode=encode, scales=scales, kind="forest", seed=0)
    short, long = seen
    assert short == EVERY
    assert (len(long), long[0], long[-1]) == (N_LEARNT, EVERY[0], EVERY[-1])


def test_a_prior_that_hardly_differs_is_learnt_from_as_well():
    near = foretelling(metric=lambda genome: 90.0 + genome[0] / 100)
    columns = near.columns(ENCODE(EVERY))
    assert columns.shape == (30, 1)
    assert np.ptp(columns) == pytest.approx(
        np.ptp(foretelling().columns(ENCODE(EVERY))), rel=0.5
    )
