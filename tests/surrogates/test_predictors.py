import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import KFold, cross_val_predict
from threadpoolctl import threadpool_limits

from evonas.surrogates.gaussian_process import AdditiveProcess
from evonas.surrogates.predictors import PREDICTORS, cross_validated, held_out


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


def test_a_process_is_an_additive_one_in_the_units_of_the_values():
    X, y = valley(50, 0, noise=0.7)
    rows, y = valley(30, 1)[0], 40 + 5 * y
    model, process = PREDICTORS["gp"](seed=0), AdditiveProcess()
    model.fit(X, y)
    process.fit(X, (y - y.mean()) / y.std())
    mean, variance = process.predict(rows)
    assert model.predict(rows)[0] == pytest.approx(y.mean() + y.std() * mean)
    assert model.predict(rows)[1] == pytest.approx(y.std() * np.sqrt(variance))
    assert model.noise_std == pytest.approx(y.std() * process.noise_std)


def test_draws_of_a_process_have_its_mean_and_its_covariance():
    """A draw is the mean and a linear map of normal numbers, whose square is the covariance."""
    X, y = valley(50, 0, noise=0.7)
    rows, y = valley(30, 1)[0], 40 + 5 * y
    model, process = PREDICTORS["gp"](seed=0), AdditiveProcess()
    model.fit(X, y)
    process.fit(X, (y - y.mean()) / y.std())
    mean = model.predict(rows)[0]
    away = model.draws(rows, np.eye(30)) - mean
    assert model.draws(rows, np.zeros((2, 30))) == pytest.approx(np.stack([mean, mean]))
    assert away.T @ away == pytest.approx(y.var() * process.joint(rows)[1], abs=1e-6)


def test_draws_of_a_forest_have_the_mean_and_the_covariance_of_its_trees():
    X, y = valley(60, 0, noise=0.2)
    model = PREDICTORS["forest"](seed=5)
    model.fit(X, y)
    plain = ExtraTreesRegressor(n_estimators=100, random_state=5).fit(X, y)
    for n in (3, 130):  # fewer and more than trees
        rows = valley(n, 1)[0]
        by_tree = np.stack([tree.predict(rows) for tree in plain.estimators_])
        mean = model.predict(rows)[0]
        away = model.draws(rows, np.eye(n)) - mean
        assert model.draws(rows, np.zeros((1, n)))[0] == pytest.approx(mean)
        assert away.T @ away == pytest.approx(np.cov(by_tree.T, bias=True), abs=1e-9)


@every_predictor
def test_draws_of_twins_are_the_same_and_of_all_others_are_not(name):
    model = PREDICTORS[name](seed=0)
    model.fit(*valley(40, 0))
    rows = valley(3, 1)[0][[0, 1, 0, 2]]
    drawn = model.draws(rows, np.random.default_rng(0).standard_normal((50, 4)))
    assert drawn.shape == (50, 4)
    assert drawn[:, 0] == pytest.approx(drawn[:, 2], abs=1e-5)
    assert np.abs(drawn[:, 0] - drawn[:, 1]).min() > 0


@every_predictor
def test_draws_are_as_uncertain_as_what_is_predicted(name):
    model = PREDICTORS[name](seed=0)
    model.fit(*valley(40, 0))
    rows = valley(120, 1)[0]
    mean, std = model.predict(rows)
    drawn = model.draws(rows, np.random.default_rng(0).standard_normal((4000, 120)))
    assert np.abs(drawn.mean(0) - mean).max() < 0.1 * std.max()
    assert drawn.std(0) == pytest.approx(std, rel=0.1)


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
