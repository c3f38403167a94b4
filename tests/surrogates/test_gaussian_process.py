import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern

from evonas.surrogates.gaussian_process import (
    BOUNDS,
    JITTER,
    LEAST_SPREAD,
    LENGTHS,
    PRIOR_NOISE,
    PRIOR_SHARE,
    PRIOR_SPREAD,
    AdditiveProcess,
)
from evonas.surrogates.one_thread import one_thread


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():  # as a search does
        yield


def valley(n, seed, noise=0.3):
    """Features that are not centred, and values of mean 0 and variance 1."""
    rng = np.random.default_rng(seed)
    X = 0.7 * rng.normal(size=(n, 5)) + np.arange(5)
    Z = X - np.arange(5)
    y = Z[:, 0] - Z[:, 1] * Z[:, 2] + np.sin(4 * Z[:, 3]) + noise * rng.standard_normal(n)
    return X, (y - y.mean()) / y.std()


def fitted(n=40, **given):
    X, y = valley(n, 0, **given)
    process = AdditiveProcess()
    process.fit(X, y)
    return process, X, y


def shares(process):
    """Of the linear part, of pairs, of every length, and of the noise."""
    return np.exp(process._log_shares)


def plain(of_parts, noise):
    """The process as its description says, by scikit-learn, with shares that stay."""
    linear, pairs, *smooth = (ConstantKernel(share) for share in of_parts)
    kernel = (
        linear * DotProduct(0.0, "fixed") + pairs * ConstantKernel(0.25) * DotProduct(1.0) ** 2
    )
    for share, length in zip(smooth, LENGTHS, strict=True):
        kernel += share * Matern(length, nu=2.5)
    return GaussianProcessRegressor(kernel, alpha=noise + JITTER, optimizer=None)


def rescaled(X, like):
    """Rows about the mean of those learnt, whose mean square length is 1."""
    centred = like - like.mean(0)
    return (X - like.mean(0)) / np.sqrt((centred**2).sum(1).mean())


def test_a_process_is_scikit_learns_with_the_same_kernel():
    process, X, y = fitted()
    rows = valley(25, 1)[0]
    *of_parts, noise = shares(process)
    other = plain(of_parts, noise).fit(rescaled(X, X), y)
    mean, covariance = other.predict(rescaled(rows, X), return_cov=True)
    found, variance = process.predict(rows)
    assert found == pytest.approx(mean, abs=1e-8)
    assert variance == pytest.approx(np.diag(covariance), abs=1e-8)
    together, joint = process.joint(rows)
    assert together == pytest.approx(mean, abs=1e-8)
    assert joint == pytest.approx(covariance, abs=1e-8)
    assert process.noise_std == pytest.approx(np.sqrt(noise))


def plausibility(log_shares, X, y):
    """Logarithm of likelihood times prior, by scikit-learn."""
    *of_parts, noise = np.exp(log_shares)
    likelihood = plain(of_parts, noise).fit(rescaled(X, X), y).log_marginal_likelihood_value_
    expected = np.log([*[PRIOR_SHARE] * len(of_parts), PRIOR_NOISE])
    return likelihood - 0.5 * (((log_shares - expected) / PRIOR_SPREAD) ** 2).sum()


@pytest.mark.parametrize("n", [8, 40])
def test_shares_are_where_likelihood_times_prior_has_no_slope(n):
    process, X, y = fitted(n)
    at = np.log(shares(process))
    step = 1e-4
    for i in range(len(at)):
        ends = [at + side * step * np.eye(len(at))[i] for side in (1, -1)]
        high, low = (plausibility(end, X, y) for end in ends)
        assert (high - low) / (2 * step) == pytest.approx(0.0, abs=0.02)


def test_no_other_shares_are_more_plausible():
    process, X, y = fitted(30)
    at, rng = np.log(shares(process)), np.random.default_rng(0)
    best = plausibility(at, X, y)
    for size in (0.1, 0.5, 2.0):
        for _ in range(10):
            elsewhere = np.clip(at + size * rng.standard_normal(len(at)), *np.log(BOUNDS))
            assert plausibility(elsewhere, X, y) < best


def test_noise_is_told_from_what_is_known():
    X, y = valley(150, 0, noise=0.0)
    rng = np.random.default_rng(3)
    quiet, loud = AdditiveProcess(), AdditiveProcess()
    quiet.fit(X, y)
    noisy = y + 0.5 * rng.standard_normal(150)
    loud.fit(X, noisy / noisy.std())
    assert quiet.noise_std < 0.15
    assert loud.noise_std == pytest.approx(0.5 / noisy.std(), rel=0.25)


def test_a_process_is_sure_of_what_it_has_seen_and_of_little_far_away():
    process, X, y = fitted(40, noise=0.0)
    mean, variance = process.predict(X)
    assert np.abs(mean - y).mean() < 0.15
    assert process.predict(X + 10.0)[1].min() > variance.max()


def test_where_rows_are_moved_stretched_or_turned_together_nothing_changes():
    process, X, y = fitted()
    rows = valley(25, 1)[0]
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 5)))[0]
    other = AdditiveProcess()
    other.fit(7.0 * X @ turn + 3.0, y)
    for found, expected in zip(
        other.predict(7.0 * rows @ turn + 3.0), process.predict(rows), strict=True
    ):
        assert found == pytest.approx(expected, abs=1e-3)


def test_the_other_sign_of_all_values_is_the_other_sign_of_what_is_predicted():
    process, X, y = fitted()
    other = AdditiveProcess()
    other.fit(X, -y)
    rows = valley(25, 1)[0]
    assert other.predict(rows)[0] == pytest.approx(-process.predict(rows)[0])
    assert other.predict(rows)[1] == pytest.approx(process.predict(rows)[1])


def test_shares_are_tuned_again_whenever_there_is_a_fifth_more():
    X, y = valley(36, 0)
    process, tuned, before = AdditiveProcess(), [], None
    for n in (25, 29, 30, 35, 36):  # at 30 = 1.2 x 25, and at 36 = 1.2 x 30
        process.fit(X[:n], y[:n])
        tuned.append(before is None or not np.array_equal(shares(process), before))
        before = shares(process)
        # whether tuned or not, it has learnt all that it was told
        *of_parts, noise = before
        other = plain(of_parts, noise).fit(rescaled(X[:n], X[:n]), y[:n])
        expected = other.predict(rescaled(X, X[:n]))
        assert process.predict(X)[0] == pytest.approx(expected, abs=1e-8)
    assert tuned == [True, False, True, False, True]


def test_rows_that_are_all_the_same_have_the_mean_of_their_values():
    process = AdditiveProcess()
    process.fit(np.ones((4, 3)), np.array([-1.0, 1.0, -1.0, 1.0]))
    mean, variance = process.predict(np.ones((2, 3)))
    assert mean == pytest.approx([0.0, 0.0], abs=1e-9)
    assert (variance >= 0).all()
    assert process.noise_std > 0.5


def test_no_rows_are_no_predictions():
    process, _, _ = fitted(10)
    assert [part.shape for part in process.predict(np.empty((0, 5)))] == [(0,), (0,)]
    assert [part.shape for part in process.joint(np.empty((0, 5)))] == [(0,), (0, 0)]


def with_disasters(n=40, *, height=8.0):
    """Values of which every eighth is far larger than all others tell, and which those are."""
    X, y = valley(n, 0, noise=0.0)
    is_disaster = np.arange(n) % 8 == 3
    return X, y, np.where(is_disaster, y + height, y), is_disaster


def learnt(X, y, **words):
    process = AdditiveProcess()
    process.fit(X, y, **words)
    return process


def test_what_is_far_larger_than_all_others_tell_bends_nothing():
    X, truth, y, is_disaster = with_disasters()
    bent, bounded = learnt(X, y), learnt(X, y, limit=1.0)
    rows = valley(200, 1, noise=0.0)[0]
    alone = learnt(X[~is_disaster], truth[~is_disaster])

    def error(process):
        return np.sqrt(np.mean((process.predict(rows)[0] - alone.predict(rows)[0]) ** 2))

    assert error(bounded) < 0.6 * error(bent)
    assert bounded.predict(X)[0][is_disaster].max() < bent.predict(X)[0][is_disaster].max()


def test_what_is_far_smaller_than_all_others_tell_is_believed():
    """Less is better, and what is better than expected is what is looked for."""
    X, _, y, is_lucky = with_disasters(height=-8.0)
    learning, bounded = learnt(X, y), learnt(X, y, limit=50.0)
    assert bounded.predict(X)[0] == pytest.approx(learning.predict(X)[0], abs=1e-3)
    strict = learnt(X, y, limit=1.0)
    assert strict.predict(X)[0][is_lucky].mean() < strict.predict(X)[0][~is_lucky].mean() - 2


def test_without_a_limit_every_value_counts_as_it_is():
    X, _, y, _ = with_disasters()
    plain, infinite = learnt(X, y), learnt(X, y, limit=np.inf)
    assert np.array_equal(plain.predict(X)[0], infinite.predict(X)[0])
    assert np.array_equal(shares(plain), shares(infinite))


def test_a_bound_is_what_all_others_tell_and_so_many_robust_deviations():
    """By hand: a process for every value, which has seen all others."""
    X, _, y, is_disaster = with_disasters(24)
    process = learnt(X, y)
    of_parts, noise = shares(process)[:-1], shares(process)[-1]
    Z, left_out, std = rescaled(X, X), np.empty(24), np.empty(24)
    for i in range(24):
        others = np.arange(24) != i
        told = plain(of_parts, noise).fit(Z[others], y[others])
        (left_out[i],), (deviation,) = told.predict(Z[[i]], return_std=True)
        std[i] = np.sqrt(deviation**2 + noise + JITTER)
    missed = (y - left_out) / std
    spread = 1.4826 * np.median(np.abs(missed - np.median(missed)))
    expected = np.minimum(y, left_out + 1.5 * max(spread, LEAST_SPREAD) * std)
    found = process._bounded(y, 1.5)
    assert found == pytest.approx(expected, abs=1e-6)
    assert (found[is_disaster] < y[is_disaster]).all()


def test_to_be_told_a_limit_makes_shares_no_rarer_tuned():
    X, y = valley(36, 0)
    process, tuned, before = AdditiveProcess(), [], None
    for n in (25, 29, 30, 35, 36):
        process.fit(X[:n], y[:n], limit=1.0)
        tuned.append(before is None or not np.array_equal(shares(process), before))
        before = shares(process)
    assert tuned == [True, False, True, False, True]
