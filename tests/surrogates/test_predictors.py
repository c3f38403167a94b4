import numpy as np
import pytest

from evonas.surrogates.predictors import PREDICTORS, cross_validated

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


def test_too_few_values_are_not_compared():
    X, y = valley(9, 0)
    assert cross_validated(X, y, seed=0) == ("gp", {})
