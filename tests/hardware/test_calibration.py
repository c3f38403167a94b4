from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from evonas.hardware.calibration import (
    Timing,
    check_fitted,
    fit,
    fit_inference,
    fit_measured,
    fit_training,
    judge,
)
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


BATCH = 16
FORWARD = {"constant": 3e-4, "conv.flops": 4e-12, "conv.bytes": 2e-10, "pool.kernels": 7e-5}


def planted(n):
    """Timings with seconds made of ``FORWARD`` for inference and of ``TRUTH`` for training."""

    def took(coefficients, network, batch):
        model = TimeModel(tuple(coefficients.items()), batch, 1, 1, 0.0, 0.0, 0.0)
        return model.seconds(network, batch=batch)

    return [
        Timing(
            (i,),
            tuple(network),
            training_seconds=took(TRUTH, network, BATCH),
            batch_seconds=took(FORWARD, network, BATCH),
            single_seconds=took(FORWARD, network, 1),
        )
        for i, network in enumerate(networks(n))
    ]


def test_the_seconds_of_training_are_found_by_what_training_took():
    found = fit_training(planted(60), batch=BATCH).model
    assert dict(found.coefficients) == {n: pytest.approx(v, rel=1e-6) for n, v in TRUTH.items()}
    assert (found.batch, found.n_fitted, found.n_held_out) == (BATCH, 40, 20)


def test_the_seconds_of_inference_are_found_by_single_inputs_and_batches_alike():
    timings = planted(60)
    found = fit_inference(timings, batch=BATCH)
    assert dict(found.model.coefficients) == {
        name: pytest.approx(value, rel=1e-6) for name, value in FORWARD.items()
    }
    assert (found.model.batch, found.model.n_fitted, found.model.n_held_out) == (1, 40, 20)
    assert found.measured.tolist() == [timing.single_seconds for timing in timings[2::3]]
    assert found.predicted == pytest.approx(found.measured, rel=1e-6)


def test_the_networks_that_are_judged_are_in_no_fit_of_inference():
    timings = planted(30)
    spoilt = [
        replace(t, single_seconds=9 * t.single_seconds, batch_seconds=5 * t.batch_seconds)
        if i % 3 == 2
        else t
        for i, t in enumerate(timings)
    ]
    found = fit_inference(spoilt, batch=BATCH)
    assert found.model.coefficients == fit_inference(timings, batch=BATCH).model.coefficients
    assert found.predicted == pytest.approx(found.measured / 9, rel=1e-6)


def test_the_quality_of_a_fit_reckoned_by_hand():
    """Eleven networks are held out that took up to a tenth longer than the model says."""
    excess = np.linspace(0, 0.1, 11)  # of which the tenth is 0.09
    samples = [timed(network, 8) for network in networks(33)]
    held_out = [
        (o, b, seconds * (1 + e))
        for (o, b, seconds), e in zip(samples[2::3], excess, strict=True)
    ]
    samples[2::3] = held_out
    found = judge(samples, samples, batch=8)
    assert found.measured.tolist() == [seconds for _, _, seconds in held_out]
    assert found.predicted == pytest.approx(found.measured / (1 + excess), rel=1e-6)
    assert found.model.relative_error == pytest.approx(1 - 1 / 1.09)
    assert found.model.r2 == pytest.approx(r2_score(found.measured, found.predicted))
    assert found.model.r2 < 1 - 1e-6


def test_errors_are_weighed_as_shares():
    """One kernel each of two kinds; networks of a second and of a hour count alike."""
    small, large = [Operation(0, 0, 0, "pool")], [Operation(0, 0, 0, "conv")]
    samples = [(small, 1, 0.95), (small, 1, 1.05), (large, 1, 3420.0), (large, 1, 3780.0)]
    model = TimeModel(tuple(fit(samples).items()), 1, 1, 1, 0.0, 0.0, 0.0)
    assert model.seconds(small, batch=1) == pytest.approx(1, rel=0.01)
    assert model.seconds(large, batch=1) == pytest.approx(3600, rel=0.01)


ABSURD = [(75.0, 75.0), (1e-6, 1e-6), (75.0, 1e-6)]


@pytest.mark.parametrize("seconds", ABSURD)
@pytest.mark.parametrize("places", [(3, 7), (2, 8), (4, 5)])  # both fitted, held out, and each
def test_two_absurd_timings_do_not_matter(places, seconds):
    """Passes take milliseconds; 75 seconds are as absurd as a microsecond."""
    rng = np.random.default_rng(0)
    samples = [timed(network, 8, noise=0.05, rng=rng) for network in networks(60)]
    clean = judge(samples, samples, batch=8)
    for place, wrong in zip(places, seconds, strict=True):
        samples[place] = (*samples[place][:2], wrong)
    found = judge(samples, samples, batch=8)
    assert found.model.n_absurd == 2
    assert clean.model.n_absurd == 0
    assert found.model.r2 > 0.98
    assert found.model.relative_error < 0.1
    for network in networks(30, seed=1):
        expected = clean.model.seconds(network, batch=8)
        assert found.model.seconds(network, batch=8) == pytest.approx(expected, rel=0.05)


def test_a_model_that_is_wrong_of_more_than_a_tenth_is_judged_on_all_of_them():
    samples = [timed(network, 8) for network in networks(90)]
    for i in (2, 5, 8, 11):  # of 30 that are held out
        samples[i] = (*samples[i][:2], 75.0)
    found = judge(samples, samples, batch=8)
    assert len(found.measured) == 30
    assert found.model.r2 < 0
    with pytest.raises(ValueError, match=r"the time of a step cannot be told .* R2 -\d"):
        check_fitted(found, what="a step")


def test_what_tells_held_out_networks_better_than_their_mean_is_not_refused():
    samples = [timed(network, 8) for network in networks(30)]
    check_fitted(judge(samples, samples, batch=8), what="a step")


def test_networks_that_all_take_as_long_are_refused():
    samples = [(network, 8, 0.5) for network in networks(30)]
    with pytest.raises(
        ValueError, match=r"all networks held out took 0\.5 s, so there is nothing"
    ):
        judge(samples, samples, batch=8)


def test_measurements_of_any_batches_are_fitted_and_judged_network_by_network():
    each = [[timed(network, n) for n in (1, 8, 8)] for network in networks(31)]
    found = fit_measured(each)
    assert (found.model.n_fitted, found.model.n_held_out, found.model.batch) == (21, 10, 8)
    assert len(found.measured) == 30  # three of each
    assert found.model.r2 == pytest.approx(1)
    spoilt = [
        [(o, n, 3 * s) for o, n, s in one] if i % 3 == 2 else one for i, one in enumerate(each)
    ]
    again = fit_measured(spoilt).model
    assert again.coefficients == found.model.coefficients, "those held out are not fitted to"
    with pytest.raises(ValueError, match="11 networks are too few"):
        fit_measured(each[:11])


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
    samples = [timed(network, 8) for network in networks(12)]
    assert judge(samples, samples, batch=8).model.n_held_out == 4
    with pytest.raises(ValueError, match=r"11 networks are too few .*; take 12 or more"):
        judge(samples[1:], samples[1:], batch=8)
