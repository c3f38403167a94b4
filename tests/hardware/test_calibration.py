import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evonas.hardware.calibration import LEAST_NETWORKS, fit, judge
from evonas.hardware.roofline import Operation, TimeModel

TRUTH = {"constant": 1e-4, "conv.flops": 2e-11, "conv.bytes": 3e-10, "pool.kernels": 5e-5}


def networks(n, *, seed=0):
    """Networks of convolutions and pooling, of all sizes."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        n_convolutions, n_pools = rng.integers((1, 0), (9, 5))
        amounts = 10 ** rng.uniform((4, 3, 2), (8, 6, 5), (n_convolutions, 3))
        convolutions = [Operation(*row, kind="conv") for row in amounts.tolist()]
        moved = rng.uniform(1e3, 1e5, n_pools).tolist()
        pools = [Operation(0, n_bytes, 0, "pool") for n_bytes in moved]
        found.append([*convolutions, *pools])
    return found


def timed(operations, batch, *, noise=0.0, rng=None):
    model = TimeModel(tuple(TRUTH.items()), batch, 1, 1, 0.0, 0.0, 0.0)
    factor = 1.0 if rng is None else rng.uniform(1 - noise, 1 + noise)
    return operations, batch, model.seconds(operations, batch=batch) * factor


def test_a_fit_finds_the_seconds_that_times_were_made_of():
    found = fit([timed(network, 8) for network in networks(60)])
    assert found == {name: pytest.approx(value, rel=1e-6) for name, value in TRUTH.items()}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_no_operation_is_fitted_to_save_time(seed):
    rng = np.random.default_rng(seed)
    samples = [(n, 4, float(10 ** rng.uniform(-5, 0))) for n in networks(20, seed=seed)]
    assert all(value > 0 for value in fit(samples).values())


def test_a_model_is_judged_on_networks_that_it_was_not_fitted_to():
    rng = np.random.default_rng(0)
    samples = [timed(network, 8, noise=0.1, rng=rng) for network in networks(60)]
    samples[2::3] = [(o, b, 10 * seconds) for o, b, seconds in samples[2::3]]  # held out
    judged = judge(samples, samples, batch=8)
    assert (judged.model.n_fitted, judged.model.n_held_out) == (40, 20)
    assert judged.predicted == pytest.approx(judged.measured / 10, rel=0.3)
    assert judged.model.r2 < 0
    assert judged.model.spearman > 0.95
    assert judged.model.relative_error == pytest.approx(0.9, abs=0.03)


def test_a_perfect_model_is_judged_perfect():
    samples = [timed(network, 8) for network in networks(30)]
    model = judge(samples, samples, batch=8).model
    assert model.r2 == pytest.approx(1)
    assert model.spearman == pytest.approx(1)
    assert model.relative_error == pytest.approx(0, abs=1e-6)


def test_too_few_networks_are_refused():
    samples = [timed(network, 8) for network in networks(LEAST_NETWORKS - 1)]
    with pytest.raises(ValueError, match=f"{LEAST_NETWORKS - 1} networks are too few to fit"):
        judge(samples, samples, batch=8)
