import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.fidelity import Fidelity
from evonas.landscapes.accuracy import GUESSED
from evonas.landscapes.training import N_EPOCHS, accuracy_after, training_flops


def after(epochs, *, whole=90.0, macs=1.0, seed=0):
    return accuracy_after(
        Fidelity("epochs", epochs), whole=whole, macs=macs, largest=4.0, seed=seed
    )


@given(st.floats(GUESSED, 100.0), st.floats(0.0, 4.0), st.integers(0, 2**32 - 1))
def test_after_all_epochs_a_network_has_what_it_will_have(whole, macs, seed):
    assert after(N_EPOCHS, whole=whole, macs=macs, seed=seed) == pytest.approx(whole)


def test_large_networks_learn_later():
    early = [np.mean([after(3, macs=m, seed=s) for s in range(50)]) for m in (0.0, 2.0, 4.0)]
    assert early == sorted(early, reverse=True)
    assert early[0] - early[2] > 5


def test_the_luck_of_a_training_is_another_after_every_number_of_epochs_and_wears_off():
    spreads = [np.std([after(n, whole=50.0, seed=s) for s in range(200)]) for n in (1, 9, 26)]
    assert spreads == sorted(spreads, reverse=True)
    by_seed = np.array([[after(n, whole=50.0, seed=s) for n in (8, 9)] for s in range(200)])
    assert abs(np.corrcoef(by_seed.T)[0, 1]) < 0.3


@given(st.floats(0.0, 1e12), st.integers(0, N_EPOCHS))
def test_steps_of_a_training_take_what_the_whole_takes(macs, epochs):
    steps = [training_flops(macs, epochs=n) for n in (epochs, N_EPOCHS - epochs)]
    assert sum(steps) == pytest.approx(training_flops(macs))
    assert training_flops(1.0, epochs=1) == 6000.0
