import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern, WhiteKernel
from sklearn.model_selection import KFold, cross_val_predict
from threadpoolctl import threadpool_limits

from evonas.surrogates.predictors import PREDICTORS, cross_validated, held_out

pytestmark = pytest.mark.filterwarnings("ignore:The optimal value")  # it may be at a bound


@pytest.fixture(autouse=True)
def _one_thread():
    with threadpool_limits(1):  # as a search does
        yield


every_predictor = pytest.mark.parametrize("name", sorted(PREDICTORS))


def valley(n, seed, noise=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6))
    y = X[:, 0] + 0.5 * X[:, 1] * X[:, 2] + noise * rng.standard_normal(n)
    return X, y


@every_predictor
def test_a_predictor_orders_what_it_has_not_seen(name):
    model = PREDICTORS[name](seed=0)
    model.fit(*valley(150, 0))
    X, y = valley(200, 1)
    mean, std = model.predict(X)
    assert np.corrcoef(mean, y)[0, 1] > 0.8
    assert (std > 0).all()


@every_predictor
def test_equal_seeds_predict_equally(name):
    X, y = valley(40, 0)
    answers = []
    for _ in range(2):
        model = PREDICTORS[name](seed=3)
        model.fit(X, y)
        answers.append(model.predict(X))
    assert np.array_equal(answers[0], answers[1])


@every_predictor
@pytest.mark.parametrize("y", [[1.0, 1.0, 1.0], [5.0, 5.0, 7.0]])
def test_a_predictor_bears_values_that_hardly_differ(name, y):
    model = PREDICTORS[name](seed=0)
    model.fit(np.eye(3), np.array(y))
    mean, std = model.predict(np.eye(3))
    assert np.isfinite(mean).all()
    assert np.isfinite(std).all()


@every_predictor
@pytest.mark.parametrize("factor", [1024.0, -0.125])  # which round nothing
def test_in_another_unit_all_that_is_predicted_is_in_that_unit(name, factor):
    X, y = valley(30, 0, noise=0.2)
    rows = valley(20, 1)[0]
    plain, scaled = PREDICTORS[name](seed=0), PREDICTORS[name](seed=0)
    plain.fit(X, y)
    scaled.fit(X, factor * y)
    mean, std = plain.predict(rows)
    scaled_mean, scaled_std = scaled.predict(rows)
    assert scaled_mean == pytest.approx(factor * mean, rel=1e-6)
    assert scaled_std == pytest.approx(abs(factor) * std, rel=1e-6)
    assert scaled.noise_std == pytest.approx(abs(factor) * plain.noise_std, rel=1e-6)


def test_from_another_zero_a_process_predicts_the_same():
    X, y = valley(30, 0, noise=0.2)
    plain, moved = PREDICTORS["gp"](seed=0), PREDICTORS["gp"](seed=0)
    plain.fit(X, y)
    moved.fit(X, y + 512)
    assert moved.predict(X)[0] == pytest.approx(plain.predict(X)[0] + 512, rel=1e-5)
    assert moved.predict(X)[1] == pytest.approx(plain.predict(X)[1], rel=1e-2)


def plain_kernel(X):
    """The kernel as its description says: a linear part, pairs, the rest, and noise."""
    size = X.var(0).sum()

    def part(start):
        return ConstantKernel(start, (1e-4 * start, 1e2 * start))

    return (
        part(1 / size) * DotProduct(0, sigma_0_bounds="fixed")
        + part(0.3 / size**2) * DotProduct(1, sigma_0_bounds="fixed") ** 2
        + part(1) * Matern(size**0.5, (0.1 * size**0.5, 100 * size**0.5), nu=2.5)
        + WhiteKernel(1e-2, (1e-6, 1))
    )


def told(process, X, y, rows):
    """What scikit-learn says by itself: mean, deviation without noise, and noise."""
    process.fit(X, (y - y.mean()) / y.std())
    mean, std = process.predict(rows, return_std=True)
    noise = process.kernel_.get_params()["k2__noise_level"]
    return y.mean() + y.std() * mean, y.std() * np.sqrt(std**2 - noise), y.std() * noise**0.5


def test_a_process_is_scikit_learns_without_the_noise():
    X, y = valley(50, 0, noise=0.7)
    rows = valley(30, 1)[0]
    y = 40 + 5 * y
    model = PREDICTORS["gp"](seed=0)
    model.fit(X, y)
    mean, std, noise = told(GaussianProcessRegressor(plain_kernel(X)), X, y, rows)
    assert model.predict(rows)[0] == pytest.approx(mean, rel=1e-4)
    assert model.predict(rows)[1] == pytest.approx(std, rel=1e-3)
    assert model.noise_std == pytest.approx(noise, rel=1e-3)


def test_a_process_is_tuned_again_whenever_there_is_a_fifth_more():
    """From where it was left; in between it learns, but keeps its shares."""
    X, y = valley(36, 0, noise=0.2)
    rows = valley(20, 1)[0]
    model = PREDICTORS["gp"](seed=0)
    kernel, tuned = plain_kernel(X[:25]), []
    for n in (25, 29, 30, 35, 36):  # at 30 = 1.2 x 25, and at 36 = 1.2 x 30
        model.fit(X[:n], y[:n])
        mean, std = model.predict(rows)
        for optimizer in ("fmin_l_bfgs_b", None):
            plain = GaussianProcessRegressor(kernel, optimizer=optimizer)
            expected = told(plain, X[:n], y[:n], rows)
            found = (*mean, *std, model.noise_std)
            if found == pytest.approx((*expected[0], *expected[1], expected[2]), rel=1e-4):
                tuned.append(optimizer is not None)
                kernel = plain.kernel_
                break
    assert tuned == [True, False, True, False, True]


def test_a_forest_is_scikit_learns_and_its_spread_that_of_the_trees():
    X, y = valley(60, 0, noise=0.2)
    rows = valley(30, 1)[0]
    model = PREDICTORS["forest"](seed=5)
    model.fit(X, y)
    mean, std = model.predict(rows)
    plain = ExtraTreesRegressor(n_estimators=100, random_state=5).fit(X, y)
    by_tree = [tree.predict(rows) for tree in plain.estimators_]
    assert mean == pytest.approx(plain.predict(rows))
    assert std == pytest.approx(np.maximum(np.std(by_tree, axis=0), 0.01 * y.std()))
    assert model.predict(X)[1] == pytest.approx(0.01 * y.std())  # no tree errs on what it knows
    assert model.noise_std == 0


def test_a_process_tells_noise_from_what_it_knows():
    X, y = valley(150, 0, noise=0.3)
    model = PREDICTORS["gp"](seed=0)
    model.fit(X, y)
    held_out, truth = valley(300, 1)
    mean, std = model.predict(held_out)
    assert model.noise_std == pytest.approx(0.3, rel=0.35)
    within = np.abs(mean - truth) <= 1.645 * std
    assert 0.75 < within.mean() <= 1.0


def test_a_process_is_less_sure_far_from_what_it_has_seen():
    X, y = valley(60, 0)
    model = PREDICTORS["gp"](seed=0)
    model.fit(X, y)
    assert model.predict(X + 10.0)[1].min() > model.predict(X)[1].max()


def test_cross_validation_takes_what_suits_the_values():
    X, y = valley(80, 0)
    name, errors = cross_validated(X, y, seed=0)
    assert name == "gp"
    assert errors["gp"] < errors["forest"] < 1.2
    stairs = np.where(X[:, 3] > 0.5, 10.0, 0.0) * (X[:, 4] > 0)
    assert cross_validated(X, stairs, seed=0)[0] == "forest"


def test_errors_are_those_on_held_out_values_as_shares_of_the_spread():
    X, y = valley(21, 0)
    y = 100 * y
    _, errors = cross_validated(X, y, seed=3)
    held_out = cross_val_predict(
        ExtraTreesRegressor(100, random_state=3),
        X,
        y,
        cv=KFold(5, shuffle=True, random_state=3),
    )
    assert errors["forest"] == pytest.approx(np.sqrt(np.mean((held_out - y) ** 2)) / np.std(y))
    assert set(errors) == set(PREDICTORS)


def test_too_few_values_are_not_compared():
    X, y = valley(9, 0)
    assert cross_validated(X, y, seed=0) == ("gp", {})
    assert set(cross_validated(*valley(10, 0), seed=0)[1]) == set(PREDICTORS)


def test_values_that_are_all_the_same_are_told_without_an_error():
    _, errors = cross_validated(valley(10, 0)[0], np.full(10, 3.0), seed=0)
    assert errors == {"gp": pytest.approx(0, abs=1e-6), "forest": pytest.approx(0, abs=1e-6)}


@pytest.mark.parametrize("kind", PREDICTORS)
def test_a_held_out_value_has_no_say_in_its_own_prediction(kind):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    mean, std = held_out(kind, X, y, seed=0)
    assert mean.shape == std.shape == (30,)
    assert (std > 0).all()
    moved = y.copy()
    moved[7] += 100.0
    again = held_out(kind, X, moved, seed=0)[0]
    assert again[7] == mean[7]
    assert not np.array_equal(again, mean)
