import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, Constraint, Goals, Objective
from evonas.surrogates.encoding import ErrorScale
from evonas.surrogates.scale import (
    HARDLY,
    UNCOUNTABLE,
    ObjectiveScale,
    value_of,
    values_of,
)

NET = Objective(
    "net", "", "net", -1, best=None, needs=("acc", "flops"),
    compute=lambda metrics: metrics["acc"] - metrics["flops"],
)  # fmt: skip
GOALS = Goals((ACC, FLOPS), (Constraint("flops", "<=", 100.0),), {})


KINDS = ("linear", "log")
every_kind = pytest.mark.parametrize("kind", KINDS)


def scale(goals=GOALS, *, kind="linear"):
    made = ObjectiveScale(
        goals, cheap=["flops"], scales={"acc": ErrorScale(ACC)}, is_log=kind == "log"
    )
    made.fit(np.array([[10.0], [0.0], [1000.0]]))
    return made


def column(*values):
    return np.array(values, dtype=float)


@given(st.floats(1e-2, 1e9), st.floats(1e-2, 1e9))
def test_half_the_flops_are_as_much_progress_everywhere_on_the_scale_of_logarithms(one, other):
    values = column(one, other)
    made = scale(kind="log")
    gain = made.turned(FLOPS, 2 * values) - made.turned(FLOPS, values)
    assert gain == pytest.approx([math.log(2)] * 2)


def test_half_the_errors_are_as_much_progress_there_too():
    y = scale(kind="log").turned(ACC, column(20, 60, 96, 98))
    assert (y[0] - y[1], y[2] - y[3]) == pytest.approx((math.log(2), math.log(2)), abs=0.03)


@given(st.floats(0, 100), st.floats(0, 1e9))
def test_on_the_linear_scale_objectives_stand_by_themselves_turned_so_that_less_is_better(
    acc, flops
):
    found = scale().targets({"acc": column(acc), "flops": column(flops)})
    assert found.tolist() == [[-acc, flops, (flops - 100) / 100]]


@every_kind
@given(st.floats(0, 100), st.floats(0, 100))
def test_better_is_always_less(kind, one, other):
    for objective in (ACC, FLOPS, NET):
        better, worse = sorted((one, other), reverse=objective.sign < 0)
        y = scale(kind=kind).turned(objective, column(better, worse))
        assert y[0] <= y[1]


def test_what_is_next_to_nothing_counts_as_a_thousandth_of_the_least():
    found = scale(kind="log").turned(FLOPS, column(0.0, 1e-9, 0.01))
    assert found == pytest.approx([math.log(HARDLY * 10)] * 3)
    assert scale().turned(FLOPS, column(0.0)) == [0.0]


def of_model(acc):
    """On the scale on which a model sees accuracies."""
    return ErrorScale(ACC).forward(np.asarray(acc, dtype=float))


def test_what_is_counted_is_certain_and_what_is_predicted_is_not():
    mean, std = scale().outcomes(
        {"flops": column(150, 80)}, {"acc": (of_model([75, 75]), column(0.01, 0.0))}
    )
    # Of the logarithm of an error of 25.1: a hundredth of it, to first order.
    assert mean == pytest.approx(np.array([[-75, 150, 0.5], [-75, 80, -0.2]]), abs=0.002)
    assert std == pytest.approx(np.array([[0.251, 0, 0], [0, 0, 0]]), rel=1e-3)


def test_on_the_scale_of_logarithms_the_uncertainty_is_that_of_the_model():
    mean, std = scale(kind="log").outcomes(
        {"flops": column(150)}, {"acc": (of_model([75]), column(0.3))}
    )
    assert mean == pytest.approx(np.array([[math.log(25.1), math.log(150), 0.5]]))
    assert std == pytest.approx(np.array([[0.3, 0, 0]]))


def test_a_logarithm_that_is_uncertain_is_worse_on_the_linear_scale_than_its_middle():
    """Mean and deviation of a log-normal number; three points tell them nearly."""
    sigma, error = 0.3, 25.1
    mean, std = scale().outcomes(
        {"flops": column(150)}, {"acc": (of_model([75]), column(sigma))}
    )
    exact = error * math.exp(sigma**2 / 2)
    assert mean[0, 0] == pytest.approx(exact - 100.1, abs=0.01)
    assert std[0, 0] == pytest.approx(exact * math.sqrt(math.exp(sigma**2) - 1), rel=0.02)


def test_a_derived_objective_is_uncertain_with_what_it_comes_from():
    goals = Goals((NET,), (Constraint("net", ">=", 10.0),), {})
    mean, std = scale(goals).outcomes(
        {"flops": column(5)}, {"acc": (of_model([75]), column(0.01))}
    )
    assert mean == pytest.approx(np.array([[-70.0, -6.0]]), abs=0.002)
    assert std == pytest.approx(np.array([[0.251, 0.0251]]), rel=1e-3)
    assert value_of(NET, {"acc": 75.0, "flops": 5.0}) == 70.0


@every_kind
def test_draws_are_possible_outcomes_with_the_moments_that_are_told(kind):
    goals = Goals((ACC, NET, FLOPS), (Constraint("acc", ">=", 60.0),), {})
    made = scale(goals, kind=kind)
    counted = {"flops": column(5, 400)}
    middle, spread = of_model([75, 40]), column(0.2, 0.05)
    normals = np.random.default_rng(0).standard_normal((40_000, 2))
    found = made.drawn(counted, {"acc": middle + spread * normals})
    mean, std = made.outcomes(counted, {"acc": (middle, spread)})
    assert found.shape == (40_000, 2, 4)
    assert found.mean(0) == pytest.approx(mean, rel=0.01, abs=0.03)
    assert found.std(0) == pytest.approx(std, rel=0.03, abs=1e-9)


@every_kind
def test_every_draw_is_what_its_metrics_say(kind):
    made, acc = scale(kind=kind), np.array([[75.0, 40.0], [99.0, 100.0], [0.0, 12.5]])
    flops = column(5, 400)
    found = made.drawn({"flops": flops}, {"acc": of_model(acc)})
    for row, drawn in zip(acc, found, strict=True):
        expected = made.targets({"acc": row, "flops": flops})
        assert drawn == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_what_cannot_be_counted_is_worse_than_anything():
    counted, acc = {"flops": column(np.nan)}, of_model([99])
    mean, std = scale().outcomes(counted, {"acc": (acc, column(0.1))})
    assert mean[0, 1:].tolist() == [UNCOUNTABLE] * 2
    assert std[0, 1:].tolist() == [0, 0]
    assert scale().drawn(counted, {"acc": acc[None]})[0, 0, 1:].tolist() == [UNCOUNTABLE] * 2


def test_an_objective_that_cannot_be_computed_of_one_is_computed_of_the_others():
    inverse = Objective(
        "inverse", "", "inverse", +1, best=None, needs=("flops",),
        compute=lambda metrics: 1 / metrics["flops"],
    )  # fmt: skip
    found = values_of(inverse, {"flops": np.array([[2.0, 0.0], [4.0, np.nan]])})
    assert found == pytest.approx(np.array([[0.5, np.nan], [0.25, np.nan]]), nan_ok=True)


LOSS = Objective("loss", "", "loss", +1, best=None)
TEMPERATURE = Objective("temperature", "", "temperature", +1, best=0.0)
SCORE = Objective("score", "", "score", -1, best=1.0)


def test_only_what_has_a_best_value_stands_by_a_logarithm():
    made = ObjectiveScale(
        Goals((LOSS, TEMPERATURE, SCORE), (), {}),
        cheap=["temperature", "score"],
        scales={"loss": ErrorScale(LOSS)},
        is_log=True,
    )
    made.fit(np.array([[8.0, 0.5]]))
    assert made.turned(TEMPERATURE, column(8.0)) == pytest.approx([math.log(8)])
    assert made.turned(SCORE, column(0.75)) == pytest.approx([math.log(0.25)])
    assert made.turned(LOSS, column(8.0)).tolist() == [8.0]


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0, 100), st.floats(0, 100))
def test_uncertainties_of_independent_metrics_add_up_in_squares(one, other, a, b):
    both = Objective(
        "both", "", "both", +1, best=None, needs=("loss", "gain"),
        compute=lambda metrics: 3 * metrics["loss"] - metrics["gain"],
    )  # fmt: skip
    gain = Objective("gain", "", "gain", -1, best=None)
    made = ObjectiveScale(
        Goals((both,), (), {}),
        cheap=[],
        scales={"gain": ErrorScale(gain), "loss": ErrorScale(LOSS)},
    )
    mean, std = made.outcomes(
        {}, {"loss": (column(a), column(one)), "gain": (column(-b), column(other))}
    )
    assert mean == pytest.approx(np.array([[3 * a - b]]), abs=1e-9)
    assert std == pytest.approx(np.array([[math.hypot(3 * one, other)]]))


def test_what_is_learnt_is_drawn_towards_what_a_curve_makes_of_its_spread():
    """Of a square: mean m^2 + s^2 and variance 4 m^2 s^2 + 2 s^4, which three points tell."""
    square = Objective(
        "square", "", "square", +1, best=None, needs=("loss",),
        compute=lambda metrics: metrics["loss"] ** 2,
    )  # fmt: skip
    made = ObjectiveScale(Goals((square,), (), {}), cheap=[], scales={"loss": ErrorScale(LOSS)})
    mean, std = made.outcomes({}, {"loss": (column(3.0), column(0.5))})
    assert mean == pytest.approx(np.array([[9.25]]))
    assert std == pytest.approx(np.array([[math.sqrt(4 * 9 * 0.25 + 2 * 0.0625)]]))


def test_noise_is_that_of_each_objective_at_its_own_best():
    """By hand: of a metric as it is, of a sum of metrics, and none of what is counted."""
    both = Objective(
        "both", "", "both", +1, best=None, needs=("loss", "flops"),
        compute=lambda metrics: 10 * metrics["loss"] + metrics["flops"],
    )  # fmt: skip
    made = ObjectiveScale(
        Goals((LOSS, both, ACC, FLOPS), (), {}),
        cheap=["flops"],
        scales={"loss": ErrorScale(LOSS), "acc": ErrorScale(ACC)},
    )
    made.fit(np.array([[1.0], [5.0]]))
    rows = [{"loss": 2.0, "acc": 50.0, "flops": 5.0}, {"loss": 3.0, "acc": 99.0, "flops": 1.0}]
    loss, total, acc, flops = made.noise(rows, {"loss": 0.25, "acc": 0.02})
    assert (loss, total, flops) == (pytest.approx(0.25), pytest.approx(2.5), 0.0)
    # The error of the second is 1.1 with what is added to it: 0.02 of that.
    assert acc == pytest.approx(0.02 * 1.1, rel=1e-3)
    loud = made.noise(rows, {"loss": 0.5, "acc": 0.02})
    assert loud.tolist() == pytest.approx([0.5, 5.0, acc, 0.0])


@every_kind
def test_noise_is_that_of_the_best_known(kind):
    rows = [{"acc": 50.0, "flops": 1.0}, {"acc": 90.0, "flops": 9.0}]
    acc, flops = scale(kind=kind).noise(rows, {"acc": 0.01})
    # of the logarithm of the distance, times the distance
    assert acc == pytest.approx({"linear": 0.01 * 10.1, "log": 0.01}[kind], rel=1e-3)
    assert flops == 0.0
