import numpy as np
import pytest

from evonas.landscapes.accuracy import (
    BEST,
    GUESSED,
    MEDIAN,
    NEARLY,
    NOISE_RANGE,
    AccuracyScale,
    least_loss,
    scale_of,
)
from evonas.landscapes.parts import LOSS, STATE, Adder
from tests.landscapes.small import KINDS, drawn, every_genome

SCALE = AccuracyScale(90.0, 70.0, 1000, 3000.0, frozenset({2}), noise=2.0, middle_macs=100.0)


def test_the_least_loss_has_the_best_accuracy_and_the_middle_one_the_median():
    assert SCALE.of_one(1000, 0) == 90.0
    assert SCALE.of_one(3000, 0) == pytest.approx(70.0)
    assert SCALE.of_one(10**9, 0) == pytest.approx(GUESSED)


def test_a_ruined_network_has_little_more_than_guessing():
    assert SCALE.of_one(1000, 2) == pytest.approx(GUESSED + NEARLY * 80.0)


def test_the_accuracies_of_many_are_those_of_each():
    losses, states = np.arange(900, 9000, 100), np.arange(81) % 3
    each = [SCALE.of_one(int(a), int(b)) for a, b in zip(losses, states, strict=True)]
    assert SCALE(losses, states) == pytest.approx(each, rel=1e-12)
    assert (np.diff(SCALE(losses, 0 * states)) <= 0).all()


def test_what_there_is_to_gain_falls_towards_the_best():
    accs = SCALE(np.linspace(1000, 3000, 20), np.zeros(20, dtype=int))
    assert (np.diff(accs, 2) < 0).all()


def test_small_networks_vary_more_within_limits():
    assert SCALE.noise_of(100.0) == 2.0
    assert SCALE.noise_of(50.0) > 2.0 > SCALE.noise_of(200.0)
    assert SCALE.noise_of(1e-9) == 2.0 * NOISE_RANGE[1]
    assert SCALE.noise_of(1e9) == 2.0 * NOISE_RANGE[0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_least_loss_is_that_of_an_enumeration(kind):
    design = drawn(kind, 0)
    every = Adder(design).of_many(every_genome(design))
    well = ~np.isin(every[:, STATE], list(design.ruined))
    assert least_loss(design) == every[well, LOSS].min()


@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_of_a_space_is_within_what_is_realistic(kind):
    scale = scale_of(drawn(kind, 0), np.random.default_rng(0))
    assert BEST[0] <= scale.best <= BEST[1]
    assert MEDIAN[0] <= scale.median <= MEDIAN[1]
    assert scale.noise > 0
