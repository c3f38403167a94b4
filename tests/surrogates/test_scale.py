import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evonas.objectives import ACC, FLOPS, Constraint, Goals, Objective
from evonas.surrogates.encoding import ErrorScale
from evonas.surrogates.scale import HARDLY, UNCOUNTABLE, ObjectiveScale, value_of

NET = Objective(
    "net", "", "net", -1, best=None, needs=("acc", "flops"),
    compute=lambda metrics: metrics["acc"] - metrics["flops"],
)  # fmt: skip
GOALS = Goals((ACC, FLOPS), (Constraint("flops", "<=", 100.0),), {})


def scale(goals=GOALS):
    made = ObjectiveScale(goals, cheap=["flops"], scales={"acc": ErrorScale(ACC)})
    made.fit(np.array([[10.0], [0.0], [1000.0]]))
    return made


@given(st.floats(1e-2, 1e9), st.floats(1e-2, 1e9))
def test_half_the_flops_are_as_much_progress_everywhere(one, other):
    gain = [
        scale().turned(FLOPS, x) - scale().turned(FLOPS, x / 2) for x in (2 * one, 2 * other)
    ]
    assert gain == pytest.approx([math.log(2)] * 2)


@given(st.floats(0, 100), st.floats(0, 100))
def test_better_is_always_less(one, other):
    for objective in (ACC, FLOPS, NET):
        better, worse = sorted((one, other), reverse=objective.sign < 0)
        assert scale().turned(objective, better) <= scale().turned(objective, worse)


def test_what_is_next_to_nothing_counts_as_a_thousandth_of_the_least():
    assert scale().turned(FLOPS, 0.0) == pytest.approx(math.log(HARDLY * 10))


def test_what_is_counted_is_certain_and_what_is_predicted_is_not():
    acc, flops, kept = scale().outcomes({"flops": 150.0}, {"acc": (75.0, 2.0)})
    assert acc[0] == pytest.approx(math.sqrt(25.1))  # ACC goes from 0 to 100
    assert acc[1] == pytest.approx(2.0 / (2 * math.sqrt(25.1)), rel=0.01)  # to first order
    assert flops == (pytest.approx(math.log(150)), 0.0)
    assert kept == (pytest.approx(0.5), 0.0)


def test_a_derived_objective_is_uncertain_with_what_it_comes_from():
    goals = Goals((NET,), (Constraint("net", ">=", 10.0),), {})
    net, kept = scale(goals).outcomes({"flops": 5.0}, {"acc": (75.0, 2.0)})
    assert net == (pytest.approx(-70.0), pytest.approx(2.0))
    assert kept[1] == pytest.approx(0.2)
    assert value_of(NET, {"acc": 75.0, "flops": 5.0}) == 70.0


def test_what_cannot_be_counted_is_worse_than_anything():
    assert scale().outcomes({}, {"acc": (99.0, 1.0)}) == [(UNCOUNTABLE, 0.0)] * 3


LOSS = Objective("loss", "", "loss", +1, best=None)
TEMPERATURE = Objective("temperature", "", "temperature", +1, best=0.0)
SPEED = Objective("speed", "", "speed", -1, best=0.0)
DEPTH = Objective("depth", "", "depth", +1, best=None)


def test_only_what_is_counted_and_has_its_best_at_nothing_stands_by_its_logarithm():
    made = ObjectiveScale(
        Goals((LOSS, TEMPERATURE, SPEED, DEPTH), (), {}),
        cheap=["temperature", "speed", "depth"],
        scales={},
    )
    made.fit(np.array([[8.0, 1.0, 5.0]]))
    assert made.turned(TEMPERATURE, 8.0) == pytest.approx(math.log(8))
    assert made.turned(SPEED, 8.0) == -8.0
    assert made.turned(DEPTH, 8.0) == made.turned(LOSS, 8.0) == 8.0


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0, 100), st.floats(0, 100))
def test_uncertainties_of_independent_metrics_add_up_in_squares(one, other, a, b):
    both = Objective(
        "both", "", "both", +1, best=None, needs=("loss", "acc"),
        compute=lambda metrics: 3 * metrics["loss"] - metrics["acc"],
    )  # fmt: skip
    made = ObjectiveScale(
        Goals((both,), (), {}),
        cheap=[],
        scales={"acc": ErrorScale(ACC), "loss": ErrorScale(LOSS)},
    )
    ((mean, std),) = made.outcomes({}, {"loss": (a, one), "acc": (b, other)})
    assert mean == pytest.approx(3 * a - b)
    assert std == pytest.approx(math.hypot(3 * one, other))


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
    # The error of the second is 1.1 with what is added to it: 0.02 of that either way.
    assert acc == pytest.approx((math.sqrt(1.1 * 1.02) - math.sqrt(1.1 * 0.98)) / 2)
    loud = made.noise(rows, {"loss": 0.5, "acc": 0.02})
    assert loud.tolist() == pytest.approx([0.5, 5.0, acc, 0.0])


def test_noise_is_that_of_the_best_known():
    rows = [{"acc": 50.0, "flops": 1.0}, {"acc": 90.0, "flops": 9.0}]
    acc, flops = scale().noise(rows, {"acc": 0.1})
    std = 0.1 * 10.1  # of the logarithm of the distance, times the distance
    assert acc == pytest.approx(std / (2 * math.sqrt(10.1)), rel=0.01)
    assert flops == 0.0
