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


def test_noise_is_that_of_the_best_known():
    rows = [{"acc": 50.0, "flops": 1.0}, {"acc": 90.0, "flops": 9.0}]
    acc, flops = scale().noise(rows, {"acc": 0.1})
    std = 0.1 * 10.1  # of the logarithm of the distance, times the distance
    assert acc == pytest.approx(std / (2 * math.sqrt(10.1)), rel=0.01)
    assert flops == 0.0
